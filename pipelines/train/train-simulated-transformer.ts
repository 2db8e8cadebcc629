import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyBundle } from '../../src/bundle/copy-bundle.ts'
import { type LoadedBundle, loadBundle } from '../../src/bundle/load-bundle.ts'
import type { Clock } from '../../src/core/clock.ts'
import { createRandom } from '../../src/core/random.ts'
import { type ClipStream, createClipStream } from '../../src/simulate/clip-stream.ts'
import type { SampledBatch } from '../../src/simulate/clip-worker.ts'
import { copyWeights, initialWeights, layOut } from '../../src/train/autodiff/parameters.ts'
import type { TrainingProgress } from '../../src/train/evaluate/prediction.ts'
import {
  createPlaceTransformer,
  type PlaceTransformer,
  type PlaceTransformerSettings,
} from '../../src/train/models/place-transformer.ts'
import { startWeights } from '../../src/train/run/fine-tune.ts'
import { runTraining } from '../../src/train/run/run-training.ts'
import { drawHidden, placePrediction } from '../../src/train/self/place-prediction.ts'
import { multiLabel, type Objective } from '../../src/train/step/objective.ts'
import { buildServingGraph } from '../../src/train/step/step-graph.ts'
import { cosineRate, createTrainer, type Feeds } from '../../src/train/step/trainer.ts'
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
  /** Clips of each measurement, and steps between checkpoints; for tests. */
  readonly measureClips?: number
  readonly checkpointEvery?: number
  readonly sizes?: Partial<PlaceTransformerSettings>
  readonly clock: Clock
  readonly onProgress: (progress: TrainingProgress) => void
  readonly signal: AbortSignal
}

const { labels, clip, sampleFps, seeds } = simulated

/** Small enough for a core; places of 8 pixels are narrower than a person. */
const settings: PlaceTransformerSettings = {
  clip,
  labels,
  widths: [16, 32, 48, 64],
  mixed: 128,
  heads: 4,
  hidden: 256,
  depth: 2,
}
/**
 * Fine-tuning goes in two rounds (warm restarts, Loshchilov and Hutter 2017): in each first on clips full of events,
 * then, at a lower rate, on clips as a camera sees them, which are mostly uneventful.
 */
const rounds = [
  { share: 5 / 8, eventful: 0.75, peak: 1.5e-3, settledPeak: 4e-4 },
  { share: 3 / 8, eventful: 0.75, peak: 1e-3, settledPeak: 3e-4 },
] as const
/** Steps between checkpoints. */
const often = 200

/** Simulated scenes without labels → pretrained encoder → every place taught its labels → thresholds → bundle. */
export async function trainSimulatedTransformer(options: TrainTransformerOptions): Promise<LoadedBundle> {
  const { outDir, runDir, pretrainSteps, steps, batch, seed, threads } = options
  const shape = { ...settings, ...options.sizes }
  const weights = await teachPlaces(shape, await pretrainEncoder(shape, options), options)
  const graph = buildServingGraph(createPlaceTransformer(shape), weights)
  const clips = pretrainSteps * batch
  options.onProgress({ phase: 'evaluate', done: 0, total: 1, loss: null, etaS: 0 })
  const bundle = await writeSimulatedBundle({
    outDir,
    graph,
    version: '0.2.0',
    dataset: `simulated scenes, seed ${seed}, ${clips} clips without labels and ${steps * batch} with`,
    card: 'simulated-transformer-card.md',
    threads,
    ...(options.measureClips !== undefined && { clips: options.measureClips }),
  })
  await writeFile(join(runDir, 'metrics.json'), `${JSON.stringify(bundle.bundle.metrics, null, 2)}\n`)
  return bundle
}

/** Masked and next-frame prediction on scenes whose labels nobody looks at. */
async function pretrainEncoder(shape: PlaceTransformerSettings, options: TrainTransformerOptions) {
  const { pretrainSteps: steps, batch, seed } = options
  const model = createPlaceTransformer(shape)
  const objective = placePrediction(model, { batch, maskedWeight: 1, nextWeight: 0.5 })
  const layout = layOut(objective.parameters)
  const random = createRandom(seed)
  const weights = await train(options, {
    phase: 'pretrain',
    model,
    objective,
    weights: initialWeights(layout, random.fork('weights').normal),
    steps,
    scenesFrom: (step) => ({ seed: seeds.train + 1000 * seed + 500_000 + step, focus: 'events' }),
    feeds({ clips }, step) {
      return { clips, hide: drawHidden(batch, model.grid, random.fork(`hidden-${step}`)) }
    },
    rateAt: (step) => cosineRate(step, { steps, warmup: Math.ceil(steps / 10), peak: 1e-3 }),
  })
  return { layout, weights }
}

/** The encoder learns the labels of every place. */
async function teachPlaces(
  shape: PlaceTransformerSettings,
  encoder: Parameters<typeof copyWeights>[0],
  options: TrainTransformerOptions,
): Promise<Float32Array> {
  const { steps, batch, seed } = options
  const model = createPlaceTransformer(shape)
  const stageAt = fineTuningStages(steps)
  return train(options, {
    phase: 'finetune',
    model,
    objective: multiLabel(model, { batch, supervision: 'cells' }),
    weights: copyWeights(encoder, { layout: layOut(model.parameters), weights: startWeights(model, seed) }),
    steps,
    averageDecay: 0.998,
    scenesFrom: (step) => ({ seed: seeds.train + 1000 * seed + step, focus: stageAt(step).focus }),
    feeds: ({ clips, cellTarget, cellWeight }) => ({ clips, target: cellTarget, weight: cellWeight }),
    rateAt(step) {
      const { from, steps, warmup, peak } = stageAt(step)
      return cosineRate(step - from, { steps, warmup, peak })
    },
  })
}

/** Which stage of fine-tuning a step is in: two of each round. */
function fineTuningStages(all: number) {
  let from = 0
  const stages = rounds.flatMap(({ share, eventful, peak, settledPeak }) => {
    const steps = Math.round(all * share)
    const busy = Math.round(steps * eventful)
    const start = from
    from += steps
    return [
      { focus: 'events' as const, from: start, steps: busy, warmup: Math.ceil(steps / 20), peak },
      { focus: 'even' as const, from: start + busy, steps: steps - busy, warmup: 1, peak: settledPeak },
    ]
  })
  return (step: number) => stages.findLast((stage) => step >= stage.from)!
}

interface Phase {
  readonly phase: 'pretrain' | 'finetune'
  readonly model: PlaceTransformer
  readonly objective: Objective
  readonly weights: Float32Array
  readonly steps: number
  readonly averageDecay?: number
  /** Which scenes the steps see from a checkpoint on. */
  scenesFrom(step: number): { readonly seed: number; readonly focus: 'events' | 'even' }
  /** What a step is fed with, from a batch of scenes. */
  feeds(batch: SampledBatch, step: number): Feeds
  rateAt(step: number): number
}

/** Trains on endless scenes with checkpoints; what comes after one is the same whether the run was interrupted or not. */
async function train(options: TrainTransformerOptions, phase: Phase): Promise<Float32Array> {
  const { runDir, batch, seed, threads, clock, signal, onProgress, checkpointEvery = often } = options
  const { model, steps, objective, averageDecay } = phase
  const { weights } = await runTraining({
    phase: phase.phase,
    runDir: join(runDir, phase.phase),
    identity: { steps, batch, seed, shape: JSON.stringify(model.settings) },
    steps,
    stepsPerEpoch: checkpointEvery,
    checkpointEvery,
    patience: 0,
    watch: 'loss',
    openTrainer: (from) =>
      createTrainer({
        objective,
        threads,
        optimiser: { weightDecay: 0.05, clipNorm: 1 },
        ...(averageDecay !== undefined && { averageDecay }),
        ...(from ? { from } : { weights: phase.weights }),
      }),
    openFeeds: (from) => sceneFeeds(phase, { from, every: checkpointEvery, batch }),
    rateAt: phase.rateAt,
    validate: null,
    clock,
    signal,
    onProgress,
  })
  return weights
}

/**
 * Batches of scenes from a thread of its own, with new scenes every so many steps: a run that goes on from between two
 * of these skips what it has seen.
 */
function sceneFeeds(
  { model: { grid }, scenesFrom, feeds }: Phase,
  { from, every, batch }: { from: number; every: number; batch: number },
) {
  let step = from - (from % every)
  let open: ClipStream | null = null
  const nextBatch = async () => {
    if (step % every === 0) {
      await open?.close()
      const scenes = scenesFrom(step)
      open = createClipStream({ ...clip, sampleFps, labels, batch, grid, styleSet: 'train', ...scenes })
    }
    step += 1
    return open!.next()
  }
  return {
    async next() {
      while (step < from) await nextBatch()
      const at = step
      return feeds(await nextBatch(), at)
    },
    close: async () => void (await open?.close()),
  }
}

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
