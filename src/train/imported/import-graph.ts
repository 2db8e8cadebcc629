import { clone, toBinary } from '@bufbuild/protobuf'
import { AppError } from '../../core/errors.ts'
import { shapeOf } from '../../onnx/edit/edit-nodes.ts'
import { createGraphBuilder } from '../../onnx/graph-builder.ts'
import { type ModelProto, ModelProtoSchema } from '../../onnx/proto/onnx_pb.ts'
import { readModel } from '../../onnx/read-model.ts'
import { layOut, type ParameterSpec } from '../autodiff/parameters.ts'
import { createTape } from '../autodiff/tape.ts'
import type { ClipShape, VideoModel } from '../models/video-model.ts'
import { chooseParameters } from './choose-parameters.ts'
import { inlineScan } from './inline-scan.ts'
import { layerDepths } from './layer-depths.ts'
import { replaceHead } from './replace-head.ts'
import { type FreeShapes, type TracedGraph, traceGraph } from './trace-graph.ts'
import { writeWeights } from './write-weights.ts'

/** An imported graph as a model that the engine trains. */
export interface ImportedModel extends VideoModel {
  /** The graph's own weights in the layout of layOut(parameters): where training starts. */
  readonly start: Float32Array
  /** The graph as it came, with other weights: the same nodes under the same names. ONNX bytes. */
  exportGraph(weights: Float32Array): Uint8Array
}

/**
 * Takes the graph of a clip bundle (uint8 [N, T, H, W, 3], N free → logits [N, labels], as `vireo model import`
 * writes it) for training. Everything is trained that chooseParameters finds,
 * in the layers of layerDepths.
 *
 * @param newHead labels of a new last layer in place of the graph's own, with small random weights from the seed.
 * @throws AppError TRAIN_UNSUPPORTED_OP naming the first node that has no backward rule; MODEL_GRAPH when the graph is
 *   none, has another input, or has nothing to train; TRAIN_DATA when the labels are not as many as the logits.
 */
export function importGraph(options: {
  name: string
  bytes: Uint8Array
  labels: readonly string[]
  newHead?: { readonly labels: readonly string[]; readonly seed: number }
}): ImportedModel {
  const { name, bytes, newHead } = options
  const given = readModel(bytes, name)
  const clip = clipOf(given, name)
  if (newHead) replaceHead(given, { labels: newHead.labels.length, seed: newHead.seed })
  const { model, lifted } = inlineScan(given)
  const labels = newHead?.labels ?? options.labels
  const parameters = chooseParameters(model.graph!)
  if (parameters.length === 0)
    throw new AppError('MODEL_GRAPH', `${name}: the graph has no float32 weights to train`)
  const depths = layerDepths(model.graph!, parameters)
  const layout = layOut(parameters)
  const start = new Float32Array(layout.total)
  for (const entry of layout.entries)
    start.set(parameters.find((each) => each.name === entry.name)!.values, entry.start)

  const graph: TracedGraph = { model, lifted, trained: new Set(parameters.map((each) => each.name)) }
  const free = traceFree(graph, { name, clip, labels: labels.length, specs: layout.entries })
  const exportGraph = (weights: Float32Array) => {
    const copy = clone(ModelProtoSchema, given)
    writeWeights(copy, layout, weights)
    return toBinary(ModelProtoSchema, copy)
  }
  const [input, output] = [given.graph!.input[0]!.name, given.graph!.output[0]!.name]
  return {
    name,
    clip,
    labels,
    served: { inputName: input, outputName: output, graph: exportGraph },
    exportGraph,
    parameters: parameters.map(({ values: _, alias: __, ...spec }) => ({
      ...spec,
      layer: depths.get(spec.name)!,
    })),
    grid: null,
    start,
    forward(tape, parametersOf, clips, batch) {
      const { frames, heightPx, widthPx } = clip
      const input = tape.constant(clips, [batch, frames, heightPx, widthPx, 3])
      const { output } = traceGraph(graph, { tape, clips: input, parameters: parametersOf, free })
      return { logits: output, cells: null }
    },
  }
}

function clipOf(model: ModelProto, name: string): ClipShape {
  const graph = model.graph!
  const constants = new Set(graph.initializer.map((tensor) => tensor.name))
  graph.input = graph.input.filter((each) => !constants.has(each.name))
  const [input] = graph.input
  const dims = input ? (shapeOf(input)?.dims ?? []) : []
  const [batch, frames, heightPx, widthPx, channels] = dims
  const sizes = [frames, heightPx, widthPx]
  if (
    graph.input.length !== 1 ||
    dims.length !== 5 ||
    channels !== 3 ||
    sizes.some((size) => typeof size !== 'number')
  )
    throw new AppError(
      'MODEL_GRAPH',
      `${name}: the input is [${dims.join()}], not uint8 [N, T, H, W, 3]; take it in with vireo model import first`,
    )
  if (typeof batch === 'number')
    throw new AppError(
      'MODEL_GRAPH',
      `${name}: the batch is fixed at ${batch}; take it in with vireo model import first`,
    )
  return { frames: frames as number, heightPx: heightPx as number, widthPx: widthPx as number }
}

/**
 * Reads the whole graph once with a free batch, so that whatever cannot be trained is refused now, not in mid-training.
 * Gives the shapes of all values.
 */
function traceFree(
  graph: TracedGraph,
  model: { name: string; clip: ClipShape; labels: number; specs: readonly ParameterSpec[] },
): FreeShapes {
  const { name, clip } = model
  const { frames, heightPx, widthPx } = clip
  const builder = createGraphBuilder({ name })
  const tape = createTape(builder)
  const specs = new Map(model.specs.map((spec) => [spec.name, spec.shape]))
  const { output, shapes } = traceGraph(graph, {
    tape,
    clips: tape.constant(builder.input('clips', 'uint8', ['N', frames, heightPx, widthPx, 3]), [
      ...[-1, frames, heightPx, widthPx, 3],
    ]),
    parameters: (each) => {
      const shape = specs.get(each)!
      return tape.leaf(builder.input(`weights of ${each}`, 'float32', shape), shape)
    },
    free: null,
  })
  const [batch, count] = output.shape
  if (output.shape.length !== 2 || batch !== -1)
    throw new AppError('MODEL_GRAPH', `${name}: the output is [${output.shape.join()}], not [N, labels]`)
  if (count !== model.labels)
    throw new AppError('TRAIN_DATA', `${name}: ${model.labels} labels for ${count} logits`)
  if (!output.tracked) throw new AppError('MODEL_GRAPH', `${name}: no weight has an influence on the output`)
  return shapes
}
