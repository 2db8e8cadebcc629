import type { LoadedBundle } from '../../src/bundle/load-bundle.ts'
import type { Clock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/errors.ts'
import { soundRateHz } from '../../src/core/sound.ts'
import { type Evaluation, evaluate } from '../../src/train/evaluate/evaluate.ts'
import { bestThreshold } from '../../src/train/evaluate/multi-label-metrics.ts'
import type { Prediction, TrainingProgress } from '../../src/train/evaluate/prediction.ts'
import { exportWindowBundle } from '../../src/train/export/export-bundle.ts'
import { predictSounds } from '../../src/train/export/predict-sounds.ts'
import { createSoundCnn } from '../../src/train/models/sound-cnn.ts'
import type { VideoModel } from '../../src/train/models/video-model.ts'
import { soundClasses, trainSounds } from '../../src/train/run/train-sounds.ts'
import type { LabelledSounds } from './labelled-sounds.ts'

export interface TrainSoundOptions {
  readonly sounds: LabelledSounds
  /** Labels that never alert. */
  readonly background: readonly string[]
  readonly name: string
  readonly version: string
  readonly license: string
  readonly outDir: string
  /** Checkpoints and curves; the same call goes on from there. */
  readonly runDir: string
  readonly steps: number
  readonly batch: number
  readonly seed: number
  readonly threads: number
  readonly clock: Clock
  readonly onProgress: (progress: TrainingProgress) => void
  readonly signal: AbortSignal
}

/** Just under a second, which gives 96 columns; a new window twice a second. */
const windowSamples = 15_600
const strideSamples = 7800
const viewsPerItem = 4

/** Labelled sounds → trained classifier → thresholds from the validation side, measures of the test side → bundle. */
export async function trainSound(
  options: TrainSoundOptions,
): Promise<{ loaded: LoadedBundle; evaluation: Evaluation }> {
  const { sounds, background, outDir, threads, batch, signal, onProgress } = options
  const { labels, sides } = sounds
  refuseBackground(options)
  const model = createSoundCnn({ samples: windowSamples, labels, widths: [16, 32, 48, 64] })
  const { weights } = await trainSounds({ ...options, model, ...sides })
  onProgress({ phase: 'evaluate', done: 0, total: 1, loss: null, etaS: 0 })
  const predict = (source: LabelledSounds['sides']['test']) =>
    predictSounds({
      model,
      weights,
      source,
      viewsPerItem,
      batch,
      threads,
      signal,
      truths: soundClasses(source, labels),
    })
  const validation = await predict(sides.validation)
  const evaluation = evaluate({ labels, predictions: await predict(sides.test), validation })
  const loaded = await exportWindowBundle({
    kind: 'audio',
    model,
    weights,
    outDir,
    card: {
      name: options.name,
      version: options.version,
      description: `Sounds: ${labels.join(', ')}.`,
      labels: labels.map((label, index) => ({
        name: label,
        threshold: background.includes(label) ? 1 : thresholdOf(validation, index),
        background: background.includes(label),
      })),
      activation: 'softmax',
      sampleFps: soundRateHz,
      strideFrames: strideSamples,
      license: options.license,
      parent: null,
      dataset: sounds.id,
      metrics: metricsOf(evaluation, model),
    },
  })
  return { loaded, evaluation }
}

function refuseBackground({ background, sounds: { labels } }: TrainSoundOptions): void {
  if (labels.length < 2)
    throw new AppError(
      'TRAIN_LABEL',
      `all sounds are labelled "${labels.join()}"; there must be others to tell it from`,
    )
  if (labels.every((label) => background.includes(label)))
    throw new AppError(
      'TRAIN_LABEL',
      `all labels (${labels.join(', ')}) are background: nothing would ever alert`,
    )
}

/** Where a false alarm counts more than a miss. */
function thresholdOf(predictions: readonly Prediction[], label: number): number {
  const list = predictions.map(({ truth, probabilities }) => ({
    score: probabilities[label]!,
    truth: truth === label,
  }))
  // Under a half another label may be the likelier one.
  return Math.max(0.5, bestThreshold(list).threshold)
}

function metricsOf({ accuracy, macroF1, items, groups, perClass }: Evaluation, model: VideoModel) {
  const round = (value: number) => Math.round(value * 1e4) / 1e4
  const metrics: Record<string, number> = {
    'test.accuracy': round(accuracy),
    'test.macroF1': round(macroF1),
    'test.items': items,
    'test.groups': groups,
    'model.parameters': model.parameters.reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    ),
  }
  for (const { label, precision, recall } of perClass) {
    if (precision !== null) metrics[`test.${label}.precision`] = round(precision)
    if (recall !== null) metrics[`test.${label}.recall`] = round(recall)
  }
  return metrics
}
