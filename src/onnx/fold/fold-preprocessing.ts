import { toBinary } from '@bufbuild/protobuf'
import { AppError } from '../../core/errors.ts'
import { makeValueInfo } from '../edit/edit-nodes.ts'
import { refuseExternalData } from '../edit/edit-refuse-external.ts'
import { freshNames } from '../edit/edit-walk.ts'
import { elementTypes } from '../element-type.ts'
import { type GraphProto, type ModelProto, ModelProtoSchema } from '../proto/onnx_pb.ts'
import { readModel } from '../read-model.ts'
import { chooseInput, matchInput } from './fold-check-input.ts'
import { type FreedBatch, freeBatch } from './fold-free-batch.ts'
import { inputNodes, type Preprocessing } from './fold-input.ts'
import { chooseOutput, shapeOutput } from './fold-output.ts'

export interface FoldOptions extends Preprocessing {
  /** Frames in a clip (T). More than one for an image layout: its scores are averaged over the frames. */
  readonly frames: number
  /** The graph's input, when it has several. */
  readonly inputName?: string
  /** The output with the scores, when there are several. Needs `labels`. */
  readonly outputName?: string
  /**
   * Number of labels: the output becomes float32 [N, labels] and the only one. Absent (detectors): outputs stay
   * as they are.
   */
  readonly labels?: number
}

export interface FoldedModel extends Pick<FreedBatch, 'batch' | 'reason'> {
  readonly inputName: string
  readonly outputNames: readonly string[]
}

/**
 * Puts a model's preprocessing in front of its graph, so that it takes the pixels as ffmpeg gives them: uint8
 * [N, T, H, W, 3] in RGB, any N. Per pixel and channel it computes (v × scale − mean) / std. `model` is ONNX
 * bytes and stays as it is; the result is ONNX bytes again. Throws MODEL_GRAPH, naming the input, node or field,
 * when the graph does not fit the options or cannot be edited, and API_BAD_REQUEST for numbers that make no sense.
 */
export function foldPreprocessing(options: FoldOptions & { readonly model: Uint8Array }): Uint8Array {
  const model = readModel(options.model)
  foldModel(model, options)
  return toBinary(ModelProtoSchema, model)
}

/** The same on a parsed model, which is changed. */
export function foldModel(model: ModelProto, options: FoldOptions): FoldedModel {
  const { graph } = model
  if (!graph) throw new AppError('MODEL_GRAPH', 'the ONNX file has no graph')
  const opset = standardOpset(model)
  refuseExternalData(graph)
  checkNumbers(options)
  if (model.irVersion < 4n) model.irVersion = 4n
  dropInitializerInputs(graph)

  const info = chooseInput(graph, options.inputName)
  const shape = matchInput(info, options)
  if (options.labels !== undefined) {
    const chosen = chooseOutput(graph, options.outputName)
    graph.output = graph.output.filter(({ name }) => name === chosen)
  }
  const fresh = freshNames(graph)
  const freed = freeBatch(graph, { input: info.name, shape, opset, clipsDim, fresh })

  const inputName = fresh('clips')
  const front = inputNodes({ ...options, from: inputName, to: freed.input, elemType: shape.elemType, fresh })
  graph.node.unshift(...front.nodes)
  graph.initializer.push(...front.initializers)
  const { frames, heightPx, widthPx } = options
  graph.input = [makeValueInfo(inputName, elementTypes.uint8, [clipsDim, frames, heightPx, widthPx, 3])]
  const framesInBatch = options.layout.includes('T') ? 1 : frames
  if (options.labels !== undefined)
    shapeOutput(graph, {
      output: graph.output[0]!.name,
      labels: options.labels,
      framesInBatch,
      opset,
      clipsDim,
      fresh,
    })
  const outputNames = graph.output.map(({ name }) => name)
  return { inputName, outputNames, batch: freed.batch, reason: freed.reason }
}

/** Name of the batch axis in the folded graph. */
const clipsDim = 'clips'

function standardOpset(model: ModelProto): number {
  const found = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')
  const opset = Number(found?.version ?? 0)
  if (opset < 9)
    throw new AppError(
      'MODEL_GRAPH',
      `opset_import: opset ${opset} is too old; export the model with opset 13 or later`,
    )
  return opset
}

function checkNumbers({ mean, std, scale, frames }: FoldOptions): void {
  const refuse = (text: string) => new AppError('API_BAD_REQUEST', text)
  if (mean.length !== 3 || !mean.every(Number.isFinite))
    throw refuse(`mean must be three numbers, not ${mean.join(', ')}`)
  if (std.length !== 3 || !std.every((value) => Number.isFinite(value) && value > 0))
    throw refuse(`std must be three numbers above 0, not ${std.join(', ')}`)
  if (!(Number.isFinite(scale) && scale > 0)) throw refuse(`scale must be above 0, not ${scale}`)
  if (!Number.isInteger(frames) || frames < 1)
    throw refuse(`frames must be a whole number from 1, not ${frames}`)
}

/** Older files list weights among the inputs; since IR 4 they need not be, and only then are they constants. */
function dropInitializerInputs(graph: GraphProto): void {
  const weights = new Set(graph.initializer.map(({ name }) => name))
  graph.input = graph.input.filter(({ name }) => !weights.has(name))
}
