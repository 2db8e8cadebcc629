import { createHash } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import { refuseSharedGroups } from '../data/check-split.ts'
import { makeSoundBatch } from '../data/sound-batch.ts'
import type { SoundSource } from '../data/sound-source.ts'
import type { TrainingProgress } from '../evaluate/prediction.ts'
import { scorePredictions } from '../export/predict.ts'
import { predictSounds } from '../export/predict-sounds.ts'
import type { VideoModel } from '../models/video-model.ts'
import { singleLabel } from '../step/objective.ts'
import { cosineRate, createTrainer } from '../step/trainer.ts'
import { startWeights } from './fine-tune.ts'
import { runTraining, type TrainedRun } from './run-training.ts'

export interface TrainSoundsOptions {
  readonly model: VideoModel
  readonly train: SoundSource
  /** Sounds of other groups; says which epoch is best. */
  readonly validation: SoundSource
  readonly steps: number
  readonly batch: number
  readonly seed: number
  readonly threads: number
  /** Checkpoints and `history.jsonl` go here; the same call goes on from there. */
  readonly runDir: string
  readonly clock: Clock
  readonly onProgress: (progress: TrainingProgress) => void
  readonly signal: AbortSignal
}

const peakRate = 2e-3
const labelSmoothing = 0.05
/** Epochs are for validation: none is shorter than this. */
const leastEpochSteps = 25

/**
 * Teaches a model of sound its labels: softmax and cross-entropy, by the same trainer, steps and checkpoints as models
 * of pictures. The same options give the same weights. @throws AppError TRAIN_LABEL, TRAIN_SPLIT, and what runTraining
 * throws
 */
export async function trainSounds(options: TrainSoundsOptions): Promise<TrainedRun> {
  const { model, train, validation, steps, batch, seed, threads } = options
  const classes = soundClasses(train, model.labels)
  const truths = soundClasses(validation, model.labels)
  refuseUnusable(options, classes)
  const recipe = {
    seed,
    batch,
    classes,
    labelSmoothing,
    window: model.clip.frames,
    labels: model.labels.length,
  }
  return runTraining({
    phase: 'finetune',
    runDir: options.runDir,
    identity: {
      steps,
      batch,
      seed,
      labels: model.labels,
      model: digest([model.name, model.clip, model.parameters]),
      train: digest(train.items),
      validation: digest(validation.items),
    },
    steps,
    stepsPerEpoch: Math.min(steps, Math.max(leastEpochSteps, Math.ceil(train.items.length / batch))),
    checkpointEvery: 100,
    patience: 0,
    watch: 'accuracy',
    openTrainer: (from) =>
      createTrainer({
        objective: singleLabel(model, { batch }),
        threads,
        averageDecay: 0.99,
        optimiser: { weightDecay: 0.02 },
        ...(from ? { from } : { weights: startWeights(model, seed) }),
      }),
    openFeeds(from) {
      let step = from
      return {
        async next() {
          step += 1
          const { clips, target } = makeSoundBatch(train, recipe, step - 1)
          return { clips, target }
        },
        async close() {},
      }
    },
    rateAt: (step) => cosineRate(step, { steps, warmup: Math.ceil(steps / 10), peak: peakRate }),
    validate: async (weights) =>
      scorePredictions(
        await predictSounds({ model, weights, source: validation, truths, viewsPerItem: 1, batch, threads }),
      ),
    clock: options.clock,
    signal: options.signal,
    onProgress: options.onProgress,
  })
}

/** The class of each item. @throws AppError TRAIN_LABEL for a label that the model lacks */
export function soundClasses({ items }: SoundSource, labels: readonly string[]): number[] {
  return items.map(({ id, label }) => {
    const index = labels.indexOf(label)
    if (index >= 0) return index
    throw new AppError(
      'TRAIN_LABEL',
      `${id} is labelled "${label}", which the model does not have; its labels are ${labels.join(', ')}`,
      { details: { id, label } },
    )
  })
}

function refuseUnusable({ model, train, validation }: TrainSoundsOptions, classes: readonly number[]): void {
  const empty = model.labels.filter((_, label) => !classes.includes(label))
  if (empty.length > 0)
    throw new AppError(
      'TRAIN_LABEL',
      `no sound to learn from is labelled ${empty.map((label) => `"${label}"`).join(', ')}: add some of more than one group`,
      { details: { empty } },
    )
  refuseSharedGroups(train, validation)
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
