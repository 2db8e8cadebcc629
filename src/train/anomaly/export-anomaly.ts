import type { LoadedBundle } from '../../bundle/load-bundle.ts'
import { writeBundle } from '../../bundle/write-bundle.ts'
import { AppError } from '../../core/errors.ts'
import { createGraphBuilder } from '../../onnx/graph-builder.ts'
import { concat, reshape, slice } from '../autodiff/ops-shape.ts'
import { layOut, type ParameterSpec } from '../autodiff/parameters.ts'
import { createTape, type Value } from '../autodiff/tape.ts'
import type { BundleCard } from '../export/export-bundle.ts'
import { streamShape } from '../export/export-stream.ts'
import { patchGrid, patchify } from '../models/patches.ts'
import type { VideoTransformer } from '../models/video-transformer.ts'
import { nextPrediction } from '../self/next-prediction.ts'

/** A vector of weights with what lies where in it. */
export interface WeightSet {
  readonly parameters: readonly ParameterSpec[]
  readonly weights: Float32Array
}

export type AnomalyCard = Omit<BundleCard, 'labels' | 'activation' | 'strideFrames'> & {
  /** Score from which it alerts; 0.9999 when left out. */
  readonly threshold?: number
}

/**
 * How badly each tubelet was foreseen: before it comes, the causal half of a pretrained video transformer says how it
 * will look; the error is the mean absolute difference at each place, of pixels as the model sees them.
 * In: clips uint8 [N, tubeletFrames, H, W, 3]; memory [N, K-1, D], the embeddings of the tubelets before it; features
 * [N, L·D], the last one's features at every place. Out: errors [N, L]; memory_next; features_next.
 */
export function buildAnomalyGraph(
  model: VideoTransformer,
  encoder: WeightSet,
  decoder: WeightSet,
): Uint8Array {
  const { settings } = model
  const { heightPx, widthPx } = settings.clip
  const { tubeletFrames, tubelets, state } = streamShape(model)
  const { places } = patchGrid(settings)
  const { width } = settings
  const graph = createGraphBuilder({ name: `${model.name}-anomaly` })
  const tape = createTape(graph)
  const clips = graph.input('clips', 'uint8', ['N', tubeletFrames, heightPx, widthPx, 3])
  const memory = tape.constant(graph.input('memory', 'float32', ['N', ...state.shape]), [-1, ...state.shape])
  const features = graph.input('features', 'float32', ['N', places * width])
  const layers = {
    tape,
    parameters: onDemand([encoder, decoder], (name, values, shape) =>
      tape.constant(graph.f32(values, shape, name), shape),
    ),
  }

  // What was known before this tubelet: the newest of K-1 embeddings.
  const remembered = slice(tape, model.remember(layers, memory), 1, [tubelets - 2, tubelets - 1])
  const before = reshape(tape, tape.constant(features, [-1, places * width]), [-1, 1, places, width])
  const foreseen = nextPrediction(model, { batch: -1 }).predict(layers, before, remembered)
  const tubelet = { ...settings, clip: { ...settings.clip, frames: tubeletFrames }, batch: -1 }
  const came = patchify(tape, clips, tubelet)
  const apart = graph.op('Abs', [graph.op('Sub', [foreseen.name, came.name])])
  const errors = graph.op('ReduceMean', [apart, graph.i64([1, 3])], { keepdims: 0 })

  const encoded = model.encode(layers, came, model.positions(tape))
  const window = concat(tape, [memory, model.embed(layers, encoded)], 1)
  graph.output('errors', errors, 'float32', ['N', places])
  graph.output('memory_next', slice(tape, window, 1, [1, tubelets]).name, 'float32', ['N', ...state.shape])
  const flat = reshape(tape, encoded, [-1, places * width])
  graph.output('features_next', flat.name, 'float32', ['N', places * width])
  return graph.model()
}

/**
 * Writes a pretrained model as a streaming bundle with the one label `anomaly`. It needs the weights of pretraining,
 * encoder and decoder: fine-tuning changes the encoder, and what its decoder was trained to read is gone. A camera's
 * scores are withheld until it is calibrated (calibrateAnomaly). Throws TRAIN_EXPORT when the decoder has no
 * next-frame prediction, MODEL_BUNDLE_INVALID and STORE_WRITE.
 */
export async function exportAnomalyBundle(options: {
  model: VideoTransformer
  /** In the layout of the model's parameters. */
  weights: Float32Array
  /** See decoderParameters and Pretrained.decoder. */
  decoder: WeightSet
  card: AnomalyCard
  outDir: string
}): Promise<LoadedBundle> {
  const { model, weights, decoder, card, outDir } = options
  const { tubeletFrames, tubelets, state } = streamShape(model)
  const { places } = patchGrid(model.settings)
  const missing = nextPrediction(model, { batch: -1 }).parameters.find(
    ({ name }) => !decoder.parameters.some((spec) => spec.name === name),
  )
  if (missing || tubelets < 2)
    throw new AppError(
      'TRAIN_EXPORT',
      missing
        ? `${card.name}: the decoder has no ${missing.name}; pretrain with a weight for next-frame prediction`
        : `${card.name}: a clip of the model is one tubelet; nothing can be foreseen`,
    )
  const graph = buildAnomalyGraph(model, { parameters: model.parameters, weights }, decoder)
  const {
    threshold = 0.9999,
    name,
    version,
    description,
    sampleFps,
    license,
    parent,
    dataset,
    metrics,
  } = card
  return writeBundle(
    outDir,
    {
      name,
      version,
      description,
      kind: 'stream',
      temporal: { frames: tubeletFrames, sampleFps, strideFrames: tubeletFrames },
      input: { name: 'clips', widthPx: model.clip.widthPx, heightPx: model.clip.heightPx },
      output: { name: 'errors', activation: 'none' },
      states: [
        { ...state, shape: [...state.shape] },
        { input: 'features', output: 'features_next', shape: [places * model.settings.width] },
      ],
      warmupClips: tubelets - 1,
      anomaly: { places },
      labels: [{ name: 'anomaly', threshold, background: false }],
      graph: 'model.onnx',
      license,
      parent,
      dataset,
      metrics: { ...metrics },
    },
    { 'model.onnx': graph },
  )
}

/** Weights by name from several vectors; what nobody asks for does not get into the graph. */
function onDemand(
  sets: readonly WeightSet[],
  make: (name: string, values: Float32Array, shape: readonly number[]) => Value,
): (name: string) => Value {
  const made = new Map<string, Value>()
  const entries = new Map(
    sets.flatMap(({ parameters, weights }) =>
      layOut(parameters).entries.map((entry) => [entry.name, { ...entry, weights }] as const),
    ),
  )
  return (name) => {
    const known = made.get(name)
    if (known) return known
    const { start, count, shape, weights } = entries.get(name)!
    const value = make(name, weights.slice(start, start + count), shape)
    made.set(name, value)
    return value
  }
}
