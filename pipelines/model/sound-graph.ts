import { AppError } from '../../src/core/errors.ts'
import { floatBorder } from '../../src/onnx/edit/edit-float-border.ts'
import { shapeOf, shapeText } from '../../src/onnx/edit/edit-nodes.ts'
import { ownZeroPoints } from '../../src/onnx/edit/edit-own-zero-points.ts'
import { refuseExternalData } from '../../src/onnx/edit/edit-refuse-external.ts'
import { freshNames } from '../../src/onnx/edit/edit-walk.ts'
import { elementTypes } from '../../src/onnx/element-type.ts'
import { chooseInput } from '../../src/onnx/fold/fold-check-input.ts'
import { freeBatch } from '../../src/onnx/fold/fold-free-batch.ts'
import { createGraphBuilder, type GraphBuilder } from '../../src/onnx/graph-builder.ts'
import type { GraphProto, ModelProto } from '../../src/onnx/proto/onnx_pb.ts'
import { emitLogMel } from '../../src/onnx/sound/log-mel.ts'
import { type SoundPreset, samplesOf } from './sound-presets.ts'

export interface SoundGraph {
  readonly bytes: Uint8Array
  readonly samples: number
  readonly batch: 'free' | 'lifted' | 'one by one'
  readonly reason: string | null
  /** Whether it gives probabilities: its last node is a sigmoid. */
  readonly probabilities: boolean
}

/**
 * Puts the front end before a model of sounds, so that it takes what cameras give: int16 [N, samples] → float32
 * [N, labels]. `model` is changed.
 *
 * @throws AppError MODEL_GRAPH for a graph that takes or gives something else
 */
export function soundGraph(
  model: ModelProto,
  preset: SoundPreset,
  options: { labels: number; inputName?: string; outputName?: string },
): SoundGraph {
  const { graph } = model
  if (!graph) throw new AppError('MODEL_GRAPH', 'the ONNX file has no graph')
  refuseExternalData(graph)
  const weights = new Set(graph.initializer.map(({ name }) => name))
  graph.input = graph.input.filter(({ name }) => !weights.has(name))
  floatBorder(graph)
  ownZeroPoints(graph)
  const opset = opsetOf(model)
  const info = chooseInput(graph, options.inputName)
  const shape = shapeOf(info)
  const place = shape?.dims ? placeOf(shape.dims, preset) : null
  if (!shape?.dims || !place || shape.elemType !== elementTypes.float32)
    throw new AppError(
      'MODEL_GRAPH',
      `input "${info.name}" is ${shape ? shapeText(shape) : 'no tensor'}: a model of these sounds takes log-mel windows, float32 [N, 1, ${preset.columns}, ${preset.frontEnd.bands}] (or without the 1, or with it last); one that takes samples and makes them itself is not imported yet`,
    )
  const output = outputOf(graph, options)
  graph.output = graph.output.filter(({ name }) => name === output)
  const probabilities = endsInSigmoid(graph, output)
  const { batch, reason, input } = freeBatch(graph, {
    input: info.name,
    shape: { ...shape, dims: [shape.dims[0]!, ...place.dims] },
    opset,
    clipsDim: 'N',
    fresh: freshNames(graph),
  })
  const samples = samplesOf(preset.frontEnd, preset.columns)
  const builder = createGraphBuilder({ name: preset.name, opset })
  const sound = builder.input('sound', 'int16', ['N', samples])
  const mel = emitLogMel(builder, sound, { samples, settings: preset.frontEnd }).name
  const [scores] = builder.insert(model, { [input]: place.from(builder, mel) })
  const flat = builder.op('Reshape', [scores!, builder.i64([-1, options.labels])])
  builder.output('scores', flat, 'float32', ['N', options.labels])
  return { bytes: builder.model(), samples, batch, reason, probabilities }
}

function opsetOf(model: ModelProto): number {
  const found = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')
  const opset = Number(found?.version ?? 0)
  if (opset >= 13) return opset
  throw new AppError(
    'MODEL_GRAPH',
    `opset_import: opset ${opset} is too old; export the model with opset 13 or later`,
  )
}

interface Place {
  /** Sizes after the batch. */
  readonly dims: readonly number[]
  /** From [N, bands, columns] to what the model takes. */
  readonly from: (graph: GraphBuilder, mel: string) => string
}

/** How a model takes its window; null when it does not. */
function placeOf(dims: readonly (number | string)[], { columns, frontEnd }: SoundPreset): Place | null {
  const turned = (graph: GraphBuilder, mel: string) => graph.op('Transpose', [mel], { perm: [0, 2, 1] })
  const at = (axis: number) => (graph: GraphBuilder, mel: string) =>
    graph.op('Unsqueeze', [turned(graph, mel), graph.i64([axis])])
  const places: Place[] = [
    { dims: [1, columns, frontEnd.bands], from: at(1) },
    { dims: [columns, frontEnd.bands], from: turned },
    { dims: [columns, frontEnd.bands, 1], from: at(3) },
  ]
  const fits = (wanted: readonly number[]) =>
    wanted.length === dims.length - 1 &&
    wanted.every((size, axis) => typeof dims[axis + 1] === 'string' || dims[axis + 1] === size)
  return places.find((place) => fits(place.dims)) ?? null
}

function outputOf(
  graph: GraphProto,
  { labels, outputName }: { labels: number; outputName?: string },
): string {
  const told = graph.output.map((info) => {
    const shape = shapeOf(info)
    return {
      name: info.name,
      last: shape?.dims?.at(-1),
      text: `"${info.name}" ${shape ? shapeText(shape) : ''}`,
    }
  })
  const fitting = told.filter(({ name, last }) =>
    outputName === undefined ? last === labels : name === outputName,
  )
  if (fitting.length === 1) return fitting[0]!.name
  const wanted =
    outputName === undefined ? `one with ${labels} scores is wanted` : `there is none named "${outputName}"`
  throw new AppError(
    'MODEL_GRAPH',
    `the graph's outputs are ${told.map(({ text }) => text).join(', ')}: ${wanted}`,
  )
}

/** Nodes that leave numbers as they are. */
const passing: ReadonlySet<string> = new Set(['Identity', 'Reshape', 'Squeeze', 'Flatten', 'Cast'])

function endsInSigmoid({ node }: GraphProto, output: string): boolean {
  let maker = node.find((one) => one.output.includes(output))
  while (maker && passing.has(maker.opType)) {
    const [from] = maker.input
    maker = node.find((one) => one.output.includes(from!))
  }
  return maker?.opType === 'Sigmoid'
}
