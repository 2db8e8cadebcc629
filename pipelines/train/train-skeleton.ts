import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LoadedBundle } from '../../src/bundle/load-bundle.ts'
import type { Clock } from '../../src/core/clock.ts'
import {
  backgroundLabels,
  type SkeletonLabel,
  skeletonLabels,
} from '../../src/simulate/motion/skeleton-labels.ts'
import { calibrationOf } from '../../src/train/evaluate/calibration.ts'
import { evaluate } from '../../src/train/evaluate/evaluate.ts'
import type { Prediction, TrainingProgress } from '../../src/train/evaluate/prediction.ts'
import { exportWindowBundle } from '../../src/train/export/export-bundle.ts'
import { predictSkeletons } from '../../src/train/export/predict-skeletons.ts'
import { lookTwice } from '../../src/train/models/look-twice.ts'
import { createSkeletonNet, type SkeletonNetSettings } from '../../src/train/models/skeleton-net.ts'
import { trainSkeletons } from '../../src/train/run/train-skeletons.ts'
import { makeSkeletonBatch, type SkeletonRecipe } from './skeleton-batch.ts'
import { createSkeletonLoader } from './skeleton-loader.ts'

export interface TrainSkeletonOptions {
  readonly outDir: string
  /** Checkpoints and curves; the same call goes on from there. */
  readonly runDir: string
  readonly version: string
  readonly steps: number
  readonly batch: number
  readonly seed: number
  readonly threads: number
  /** Windows of each measurement; for tests. */
  readonly measured?: number
  readonly sizes?: Partial<SkeletonNetSettings>
  readonly clock: Clock
  readonly onProgress: (progress: TrainingProgress) => void
  readonly signal: AbortSignal
}

/** Two seconds, ten times a second; a new window three times a second. */
const window = { frames: 20, sampleFps: 10 }
const strideFrames = 3
const settings: SkeletonNetSettings = {
  frames: window.frames,
  labels: skeletonLabels,
  width: 92,
  hidden: 124,
  dilations: [1, 2, 4, 1],
}
const peakRate = 2e-3
const labelSmoothing = 0.03
/** Windows of each measurement. Seeds are far from those of training. */
const measuredWindows = 4000
const seeds = { validation: 10_000_001, test: 20_000_001 }
/** Where a label alerts. Those that are not named are life as it is, or need a rule to mean something. */
const thresholds: Partial<Record<SkeletonLabel, number>> = {
  falling: 0.6,
  fighting: 0.7,
  'hands-up': 0.7,
  climbing: 0.8,
  kicking: 0.8,
  pushing: 0.8,
  throwing: 0.8,
  waving: 0.8,
}

/** Simulated people before simulated cameras → a model of skeletons → measures on other people → bundle. */
export async function trainSkeleton(options: TrainSkeletonOptions): Promise<LoadedBundle> {
  const { outDir, steps, batch, seed, threads, measured = measuredWindows, signal, onProgress } = options
  const model = createSkeletonNet({ ...settings, ...options.sizes })
  const recipe: SkeletonRecipe = { seed, batch, ...window, labelSmoothing }
  const held = (from: number) =>
    makeSkeletonBatch({ ...recipe, seed: from + seed, batch: measured, labelSmoothing: 0 }, 0)
  const { weights } = await trainSkeletons({
    ...options,
    model,
    data: `simulated skeletons ${seed}`,
    openBatches: (from) => createSkeletonLoader({ recipe, from, threads }),
    validation: held(seeds.validation),
    peakRate,
  })
  onProgress({ phase: 'evaluate', done: 0, total: 1, loss: null, etaS: 0 })
  const served = lookTwice(model)
  const predictions = await predictSkeletons({
    model: served,
    weights,
    windows: held(seeds.test),
    batch: 256,
    threads,
    signal,
  })
  return exportWindowBundle({
    kind: 'skeleton',
    model: served,
    weights,
    outDir,
    files: { 'README.md': readFileSync(join(import.meta.dirname, 'skeleton-card.md')) },
    card: {
      name: 'skeleton',
      version: options.version,
      description: `What a person does, from two seconds of their keypoints: ${skeletonLabels.join(', ')}.`,
      labels: skeletonLabels.map((name) => ({
        name,
        threshold: thresholds[name] ?? 1,
        background: backgroundLabels.includes(name),
      })),
      activation: 'softmax',
      sampleFps: window.sampleFps,
      strideFrames,
      license: 'Apache-2.0',
      trainedOn: 'simulated',
      parent: null,
      dataset: `simulated skeletons, seed ${seed}, ${steps * batch} windows`,
      metrics: metricsOf(predictions, model.parameters),
    },
  })
}

function metricsOf(predictions: readonly Prediction[], parameters: readonly { shape: readonly number[] }[]) {
  const round = (value: number) => Math.round(value * 1e4) / 1e4
  const { accuracy, macroF1, items, perClass } = evaluate({
    labels: skeletonLabels,
    predictions,
    validation: predictions,
  })
  const metrics: Record<string, number> = {
    'test.accuracy': round(accuracy),
    'test.macroF1': round(macroF1),
    'test.items': items,
    'test.calibrationError': round(calibrationOf(predictions).ece),
    'model.parameters': parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
  }
  for (const { label, precision, recall } of perClass) {
    if (precision !== null) metrics[`test.${label}.precision`] = round(precision)
    if (recall !== null) metrics[`test.${label}.recall`] = round(recall)
  }
  return metrics
}
