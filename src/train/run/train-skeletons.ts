import type { Clock } from '../../core/clock.ts'
import type { TrainingProgress } from '../evaluate/prediction.ts'
import { scorePredictions } from '../export/predict.ts'
import { type LabelledWindows, predictSkeletons } from '../export/predict-skeletons.ts'
import type { VideoModel } from '../models/video-model.ts'
import { singleLabel } from '../step/objective.ts'
import { cosineRate, createTrainer } from '../step/trainer.ts'
import { startWeights } from './fine-tune.ts'
import { runTraining, type TrainedRun } from './run-training.ts'

export interface TrainSkeletonsOptions {
  readonly model: VideoModel
  /** Where it goes on from; random weights when left out. */
  readonly start?: Float32Array
  /** What tells one set of batches from another, for checkpoints. */
  readonly data: string
  /** Batches of `batch` windows and their targets from a step on. */
  openBatches(from: number): { next(): Promise<LabelledWindows>; close(): Promise<void> }
  /** Windows that are not trained on; they say which epoch is best. null: the last one is kept. */
  readonly validation: LabelledWindows | null
  readonly steps: number
  readonly batch: number
  readonly peakRate: number
  /** What stays of the moving average of the weights in a step. */
  readonly averageDecay?: number
  /** How fast each tensor is trained, as a share of the rate; all alike when left out. */
  readonly scaleOf?: (name: string) => number
  readonly phase?: TrainingProgress['phase']
  readonly seed: number
  readonly threads: number
  /** Checkpoints and `history.jsonl` go here; the same call goes on from there. */
  readonly runDir: string
  readonly clock: Clock
  readonly pause?: () => Promise<void>
  readonly onProgress: (progress: TrainingProgress) => void
  readonly signal: AbortSignal
}

const epochs = 20

/**
 * Teaches a model of skeletons its labels: softmax and cross-entropy, by the same trainer, steps and checkpoints as models
 * of pictures. The same options give the same weights. @throws what runTraining throws
 */
export async function trainSkeletons(options: TrainSkeletonsOptions): Promise<TrainedRun> {
  const { model, start, data, validation, steps, batch, peakRate, seed, threads } = options
  const { averageDecay = 0.995, scaleOf } = options
  return runTraining({
    phase: options.phase ?? 'finetune',
    runDir: options.runDir,
    identity: { steps, batch, peakRate, seed, labels: model.labels, model: model.name, data },
    steps,
    stepsPerEpoch: Math.max(1, Math.ceil(steps / epochs)),
    checkpointEvery: 200,
    patience: 0,
    watch: 'loss',
    openTrainer: (from) =>
      createTrainer({
        objective: singleLabel(model, { batch }),
        threads,
        averageDecay,
        ...(scaleOf && { scaleOf }),
        optimiser: { weightDecay: 0.02, clipNorm: 1 },
        ...(from ? { from } : { weights: start ?? startWeights(model, seed) }),
      }),
    openFeeds(from) {
      const batches = options.openBatches(from)
      return {
        async next() {
          const { clips, target } = await batches.next()
          return { clips, target }
        },
        close: () => batches.close(),
      }
    },
    rateAt: (step) => cosineRate(step, { steps, warmup: Math.ceil(steps / 20), peak: peakRate }),
    validate:
      validation === null
        ? null
        : async (weights) =>
            scorePredictions(
              await predictSkeletons({ model, weights, windows: validation, batch: 256, threads }),
            ),
    ...(options.pause && { pause: options.pause }),
    clock: options.clock,
    signal: options.signal,
    onProgress: options.onProgress,
  })
}
