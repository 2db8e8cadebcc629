import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyBundle } from '../src/bundle/copy-bundle.ts'
import { type LoadedBundle, loadBundle } from '../src/bundle/load-bundle.ts'
import type { Clock } from '../src/core/clock.ts'
import type { Random } from '../src/core/random.ts'
import { createClipSampler } from '../src/simulate/clip-sampler.ts'
import { createClipStream } from '../src/simulate/clip-stream.ts'
import { startWeights } from '../src/train/fine-tune.ts'
import { createPlaceTransformer } from '../src/train/models/place-transformer.ts'
import {
  createVideoTransformer,
  type VideoTransformerSettings,
} from '../src/train/models/video-transformer.ts'
import { multiLabel } from '../src/train/objective.ts'
import { copyWeights, layOut } from '../src/train/parameters.ts'
import type { TrainingProgress } from '../src/train/prediction.ts'
import { pretrain } from '../src/train/pretrain.ts'
import { runTraining } from '../src/train/run-training.ts'
import { buildServingGraph } from '../src/train/step-graph.ts'
import { memoryClips } from '../src/train/stored-clips.ts'
import { cosineRate, createTrainer } from '../src/train/trainer.ts'
import { simulated, writeSimulatedBundle } from './simulated-bundle.ts'

export interface TrainTransformerOptions {
  readonly outDir: string
  /** Checkpoints and curves; the same call goes on from there. */
  readonly runDir: string
  readonly pretrainSteps: number
  readonly steps: number
  readonly batch: number
  readonly seed: number
  readonly threads: number
  /** Clips of each measurement; for tests. */
  readonly measureClips?: number
  readonly sizes?: Partial<VideoTransformerSettings>
  readonly clock: Clock
  readonly onProgress: (progress: TrainingProgress) => void
  readonly signal: AbortSignal
}

const { labels, clip, sampleFps, seeds } = simulated

/** Small enough for a core, with patches about as large as a person is wide. */
const settings: VideoTransformerSettings = {
  name: 'simulated',
  clip,
  labels,
  patchPx: 16,
  tubeletFrames: 2,
  input: 'motion',
  width: 128,
  heads: 4,
  hidden: 384,
  depthSpace: 4,
  depthTime: 1,
}
/** Share of the steps after which clips come as a camera sees them, mostly uneventful, at a lower rate. */
const eventful = 0.75
const checkpointEvery = 200

/** Simulated scenes without labels → pretrained encoder → every place taught its labels → thresholds → bundle. */
export async function trainSimulatedTransformer(options: TrainTransformerOptions): Promise<LoadedBundle> {
  const { outDir, runDir, pretrainSteps, steps, batch, seed, threads } = options
  const shape = { ...settings, ...options.sizes }
  const encoder = await pretrainEncoder(shape, options)
  const weights = await teachPlaces(shape, encoder, options)
  const graph = buildServingGraph(createPlaceTransformer(shape), weights)
  const clips = pretrainSteps * batch
  options.onProgress({ phase: 'evaluate', done: 0, total: 1, loss: null, etaS: 0 })
  const bundle = await writeSimulatedBundle({
    outDir,
    graph,
    version: '0.2.0',
    dataset: `simulated scenes, seed ${seed}, ${clips} clips without labels and ${steps * batch} with`,
    threads,
    ...(options.measureClips !== undefined && { clips: options.measureClips }),
  })
  await writeFile(join(runDir, 'metrics.json'), `${JSON.stringify(bundle.bundle.metrics, null, 2)}\n`)
  return bundle
}

/** Masked and next-frame prediction on scenes whose labels nobody looks at. */
async function pretrainEncoder(shape: VideoTransformerSettings, options: TrainTransformerOptions) {
  const { runDir, pretrainSteps, batch, threads } = options
  const model = createVideoTransformer(shape)
  const layout = layOut(model.parameters)
  const kept = join(runDir, 'pretrained.bin')
  await mkdir(runDir, { recursive: true })
  if (existsSync(kept)) return { layout, weights: toFloats(await readFile(kept)) }
  const samplers = new WeakMap<Random, ReturnType<typeof createClipSampler>>()
  const look = { ...clip, sampleFps, labels, styleSet: 'train' as const }
  const { weights, losses } = await pretrain({
    ...options,
    model,
    start: null,
    footage: memoryClips({ ...clip, sampleFps, items: [] }),
    drawClip(random, out) {
      // Each step has a generator of its own, and gets scenes of its own: a run that goes on draws what it would have.
      const seed = () => random.int(2 ** 29, 2 ** 30)
      const sampler = samplers.get(random) ?? createClipSampler({ ...look, seed: seed() })
      samplers.set(random, sampler)
      out.set(sampler.next().frames)
    },
    plan: {
      steps: pretrainSteps,
      batch,
      maskRatio: 0.75,
      maskedWeight: 1,
      nextWeight: 0.5,
      peakRate: 1e-3,
      warmup: Math.ceil(pretrainSteps / 10),
    },
    runDir: join(runDir, 'pretrain'),
    threads,
  })
  await writeFile(join(runDir, 'pretrain.jsonl'), losses.map((each) => `${JSON.stringify(each)}\n`).join(''))
  await writeFile(`${kept}.part`, new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength))
  await rename(`${kept}.part`, kept)
  return { layout, weights }
}

/** The encoder learns the labels of every place, with checkpoints. */
async function teachPlaces(
  shape: VideoTransformerSettings,
  encoder: Parameters<typeof copyWeights>[0],
  options: TrainTransformerOptions,
): Promise<Float32Array> {
  const { runDir, steps, batch, seed, threads, clock, signal, onProgress } = options
  const model = createPlaceTransformer(shape)
  const layout = layOut(model.parameters)
  const start = copyWeights(encoder, { layout, weights: startWeights(model, seed) })
  const settleFrom = Math.round(steps * eventful)
  const { weights } = await runTraining({
    phase: 'finetune',
    runDir: join(runDir, 'finetune'),
    identity: { steps, batch, seed, shape: JSON.stringify(shape) },
    steps,
    stepsPerEpoch: checkpointEvery,
    checkpointEvery,
    patience: 0,
    watch: 'loss',
    openTrainer: (from) =>
      createTrainer({
        objective: multiLabel(model, { batch, supervision: 'cells' }),
        threads,
        averageDecay: 0.995,
        optimiser: { weightDecay: 0.05, clipNorm: 1 },
        ...(from ? { from } : { weights: start }),
      }),
    openFeeds: (from) => sceneFeeds({ from, settleFrom, batch, seed, grid: model.grid! }),
    rateAt: (step) =>
      step < settleFrom
        ? cosineRate(step, { steps: settleFrom, warmup: Math.ceil(steps / 20), peak: 1e-3 })
        : cosineRate(step - settleFrom, { steps: steps - settleFrom, warmup: 1, peak: 2e-4 }),
    validate: null,
    clock,
    signal,
    onProgress,
  })
  return weights
}

/** Labelled batches; those from a checkpoint on are the same whether the run was interrupted or not. */
function sceneFeeds(plan: {
  from: number
  settleFrom: number
  batch: number
  seed: number
  grid: { rows: number; columns: number }
}) {
  const { settleFrom, batch, seed, grid } = plan
  let step = plan.from
  let stream: ReturnType<typeof createClipStream> | null = null
  return {
    async next() {
      if (stream === null || step % checkpointEvery === 0) {
        await stream?.close()
        const focus = step < settleFrom ? ('events' as const) : ('even' as const)
        const from = { seed: seeds.train + 1000 * seed + step, styleSet: 'train' as const, focus }
        stream = createClipStream({ ...clip, sampleFps, labels, batch, grid, ...from })
      }
      step += 1
      const { clips, cellTarget, cellWeight } = await stream.next()
      return { clips, target: cellTarget, weight: cellWeight }
    },
    close: async () => void (await stream?.close()),
  }
}

const toFloats = (bytes: Buffer): Float32Array =>
  new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))

/** What decides between two models of simulated people. */
const decisive = ['holdout.meanAveragePrecision', 'check.meanAveragePrecision'] as const

export interface Replacement {
  readonly replaced: boolean
  readonly before: Readonly<Record<string, number>>
  readonly after: Readonly<Record<string, number>>
}

/** Puts a new bundle in the place of an older one if it is better on new scenes, in looks that it knows and in new ones. */
export async function replaceIfBetter(dir: string, made: LoadedBundle): Promise<Replacement> {
  const older = await loadBundle(dir)
  const pick = ({ bundle }: LoadedBundle) =>
    Object.fromEntries(decisive.map((name) => [name, bundle.metrics[name] ?? 0]))
  const [before, after] = [pick(older), pick(made)]
  const replaced = decisive.every((name) => after[name]! > before[name]!)
  if (replaced) await copyBundle(made.dir, dir, {})
  return { replaced, before, after }
}
