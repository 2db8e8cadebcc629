import { join } from 'node:path'
import type { Bundle } from '../../bundle/bundle-schema.ts'
import type { LoadedBundle } from '../../bundle/load-bundle.ts'
import { writeBundle } from '../../bundle/write-bundle.ts'
import { AppError } from '../../core/errors.ts'
import type { VideoModel } from '../models/video-model.ts'
import type { VideoTransformer } from '../models/video-transformer.ts'
import { buildServingGraph } from '../step/step-graph.ts'
import { checkParity, type Parity } from './export-parity.ts'
import { buildStreamGraph, streamShape } from './export-stream.ts'

/** What a bundle says of its model besides what the model itself knows. */
export interface BundleCard {
  /** A slug. */
  readonly name: string
  readonly version: string
  readonly description: string
  /** In the order of the model's labels. */
  readonly labels: readonly {
    readonly name: string
    readonly threshold: number
    readonly background?: boolean
  }[]
  /** softmax for one label of several, sigmoid for independent ones: as the objective that it was trained with. */
  readonly activation: 'softmax' | 'sigmoid'
  readonly sampleFps: number
  /** Frames between the starts of two clips of the clip bundle; half a clip when left out. */
  readonly strideFrames?: number
  readonly license: string
  /** `simulated`: it has never seen anything real. */
  readonly trainedOn?: 'simulated'
  readonly parent: string | null
  readonly dataset: string | null
  readonly metrics: Readonly<Record<string, number>>
}

export interface ExportedBundles {
  /** Whole clips in, scores out; at `outDir`/clip. */
  readonly clip: LoadedBundle
  /** One tubelet a call, memory carried on; at `outDir`/stream. Null for models that cannot stream. */
  readonly stream: LoadedBundle | null
  readonly parity: Parity
}

/**
 * Writes trained weights as what the live path loads: a clip bundle for every model (an imported graph stays node for
 * node what it was), and a streaming bundle for the video transformer. Nothing is written unless both give the trainer's logits; by how much they differ is among their
 * metrics (`export.parity`). Throws TRAIN_EXPORT, MODEL_BUNDLE_INVALID (a wrong field of the card) and STORE_WRITE.
 */
export async function exportBundles(options: {
  model: VideoTransformer | VideoModel
  weights: Float32Array
  card: BundleCard
  outDir: string
}): Promise<ExportedBundles> {
  const { model, weights, card, outDir } = options
  refuseOtherLabels(model, card)
  const clipGraph = model.served?.graph(weights) ?? buildServingGraph(model, weights)
  const transformer = canStream(model) ? model : null
  const stream = transformer ? { model: transformer, graph: buildStreamGraph(transformer, weights) } : null
  const parity = await checkParity({ model, weights, clipGraph, stream })

  const { frames } = model.clip
  const clip = await writeBundle(
    join(outDir, 'clip'),
    {
      ...cardFields(model, card, parity.clip),
      kind: 'clip',
      temporal: {
        frames,
        sampleFps: card.sampleFps,
        strideFrames: card.strideFrames ?? Math.ceil(frames / 2),
      },
      states: [],
      warmupClips: 0,
    },
    { 'model.onnx': clipGraph },
  )
  if (!stream) return { clip, stream: null, parity }
  const { tubeletFrames, tubelets, state } = streamShape(stream.model)
  const streamed = await writeBundle(
    join(outDir, 'stream'),
    {
      ...cardFields(model, card, parity.stream!),
      kind: 'stream',
      temporal: { frames: tubeletFrames, sampleFps: card.sampleFps, strideFrames: tubeletFrames },
      states: [{ ...state, shape: [...state.shape] }],
      // Until then the window is not full.
      warmupClips: tubelets - 1,
    },
    { 'model.onnx': stream.graph },
  )
  return { clip, stream: streamed, parity }
}

/**
 * Writes a trained model of sound or of skeletons as a bundle of its kind, at `outDir` itself; parity as of exportBundles.
 * `strideFrames` of the card are samples, or moments of the skeleton.
 */
export async function exportWindowBundle(options: {
  kind: 'audio' | 'skeleton'
  model: VideoModel
  weights: Float32Array
  card: BundleCard
  outDir: string
  /** More files of the bundle, by name. */
  files?: Readonly<Record<string, Uint8Array>>
}): Promise<LoadedBundle> {
  const { kind, model, weights, card, outDir, files } = options
  refuseOtherLabels(model, card)
  const graph = buildServingGraph(model, weights)
  const { clip: parity } = await checkParity({ model, weights, clipGraph: graph, stream: null })
  const { frames } = model.clip
  const { sampleFps, strideFrames = Math.ceil(frames / 2) } = card
  return writeBundle(
    outDir,
    {
      ...cardFields(model, card, parity),
      kind,
      temporal: { frames, sampleFps, strideFrames },
      states: [],
      warmupClips: 0,
    },
    { ...files, 'model.onnx': graph },
  )
}

/** A video transformer whose window holds more than one tubelet. */
export function canStream(model: VideoTransformer | VideoModel): model is VideoTransformer {
  return 'remember' in model && streamShape(model).tubelets > 1
}

function cardFields(model: VideoModel, card: BundleCard, parity: number) {
  const { name, version, description, license, parent, dataset, trainedOn } = card
  return {
    name,
    version,
    description,
    input: {
      name: model.served?.inputName ?? 'clips',
      widthPx: model.clip.widthPx,
      heightPx: model.clip.heightPx,
    },
    output: { name: model.served?.outputName ?? 'logits', activation: card.activation },
    labels: card.labels.map(({ background = false, ...label }) => ({ ...label, background })),
    graph: 'model.onnx',
    license,
    ...(trainedOn && { trainedOn }),
    parent,
    dataset,
    metrics: { ...card.metrics, 'export.parity': parity },
  } satisfies Partial<Bundle>
}

function refuseOtherLabels(model: VideoModel, card: BundleCard): void {
  const own = card.labels.map(({ name }) => name)
  if (own.join('\n') === model.labels.join('\n')) return
  throw new AppError(
    'TRAIN_EXPORT',
    `${card.name}: the card has the labels ${own.join(', ')}; the model was trained for ${model.labels.join(', ')}, in this order`,
    { details: { card: own, model: model.labels } },
  )
}
