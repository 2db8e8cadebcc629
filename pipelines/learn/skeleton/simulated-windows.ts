import { skeletonLabels } from '../../../src/simulate/motion/skeleton-labels.ts'
import type { LabelledWindows } from '../../../src/train/export/predict-skeletons.ts'
import { makeSkeletonBatch } from '../../train/skeleton-batch.ts'
import type { WindowShape } from './labelled-bodies.ts'

/** Windows that are mixed in, and others that say whether anything was forgotten. */
const counts = { taught: 1000, held: 1000 }
/** Far from those of training. */
const seeds = { taught: 30_000_001, held: 40_000_001 }

/** Simulated windows in the order of skeletonLabels: to learn from, or to judge what is still known. */
export function simulatedWindows(
  use: keyof typeof counts,
  { frames, sampleFps }: WindowShape,
): LabelledWindows {
  return makeSkeletonBatch({ seed: seeds[use], batch: counts[use], frames, sampleFps, labelSmoothing: 0 }, 0)
}

/** The column that each simulated label has in a model; -1: none. */
export const simulatedColumns = (labels: readonly string[]): number[] =>
  skeletonLabels.map((label) => labels.indexOf(label))
