import { createHash } from 'node:crypto'
import type { Clock } from '../../../src/core/clock.ts'
import type { TrainingProgress } from '../../../src/train/evaluate/prediction.ts'
import type { LabelledWindows } from '../../../src/train/export/predict-skeletons.ts'
import type { TaughtSkeletonNet } from '../../../src/train/export/read-skeleton-net.ts'
import { createSkeletonNet } from '../../../src/train/models/skeleton-net.ts'
import type { TrainedRun } from '../../../src/train/run/run-training.ts'
import { trainSkeletons } from '../../../src/train/run/train-skeletons.ts'
import type { WindowShape } from './labelled-bodies.ts'
import { makeTaughtBatch } from './taught-batch.ts'
import type { TaughtSample } from './taught-samples.ts'

export interface TeachSkeletonOptions {
  /** Where it begins, with the labels that it will have. */
  readonly from: TaughtSkeletonNet
  readonly samples: readonly TaughtSample[]
  readonly simulated: LabelledWindows
  readonly shape: WindowShape
  readonly plan: { readonly steps: number; readonly batch: number; readonly peakRate: number }
  readonly phase: 'cross' | 'finetune'
  readonly seed: number
  readonly threads: number
  readonly runDir: string
  readonly clock: Clock
  readonly pause?: () => Promise<void>
  readonly onProgress: (progress: TrainingProgress) => void
  readonly signal: AbortSignal
}

/** Half of every batch is simulated: less forgets, more learns slower. */
export const simulatedShare = 0.5
/** What the network knows of bodies moves little; its head learns anew. */
const trunkScale = 0.1
const labelSmoothing = 0.05

/** Fine-tunes a network of skeletons on windows of real people among simulated ones. @throws what runTraining throws */
export function teachSkeleton(options: TeachSkeletonOptions): Promise<TrainedRun> {
  const { from, samples, simulated, shape, plan, seed } = options
  const model = createSkeletonNet(from.settings)
  const recipe = {
    seed,
    batch: plan.batch,
    simulatedShare,
    samples,
    simulated,
    labels: model.labels.length,
    shape,
    labelSmoothing,
  }
  const data = createHash('sha256')
    .update(JSON.stringify(samples.map(({ clip, track, endUs }) => [clip.id, clip.label, track, endUs])))
    .update(from.weights)
    .digest('hex')
  return trainSkeletons({
    ...plan,
    model,
    start: from.weights,
    data: data.slice(0, 16),
    openBatches(first) {
      let step = first
      return {
        async next() {
          step += 1
          const { clips, target } = makeTaughtBatch(recipe, step - 1)
          return { clips, target: target as Float32Array<ArrayBuffer> }
        },
        async close() {},
      }
    },
    validation: null,
    averageDecay: 0.95,
    scaleOf: (name) => (name.startsWith('head.') ? 1 : trunkScale),
    phase: options.phase,
    seed,
    threads: options.threads,
    runDir: options.runDir,
    clock: options.clock,
    ...(options.pause && { pause: options.pause }),
    onProgress: options.onProgress,
    signal: options.signal,
  })
}
