import { skeletonLabels } from '../../../src/simulate/motion/skeleton-labels.ts'
import type { LabelledWindows } from '../../../src/train/export/predict-skeletons.ts'
import { makeSkeletonBatch } from '../../train/skeleton-batch.ts'
import type { ScoreWindows } from './judge-bodies.ts'
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

/** How much of a target is what the model says that it begins with; the rest is what was simulated. */
const rememberedShare = 0.7

/**
 * Simulated windows with the targets that keep a model what it is: what it says of them itself, and a little of the truth.
 * Truth alone would teach it its labels anew, and move it more than new footage needs.
 */
export async function rememberedWindows(
  { clips, target }: LabelledWindows,
  { known, labels, score }: { known: readonly string[]; labels: readonly string[]; score: ScoreWindows },
): Promise<LabelledWindows> {
  const simulated = skeletonLabels.length
  const count = target.length / simulated
  const said = await score(clips as Float32Array<ArrayBuffer>, count)
  const columns = skeletonLabels.map((label) => known.indexOf(label))
  const targets = new Float32Array(count * labels.length)
  for (let row = 0; row < count; row += 1) {
    const own = targets.subarray(row * labels.length, (row + 1) * labels.length)
    columns.forEach((column, n) => {
      if (column >= 0) own[column]! += (1 - rememberedShare) * target[row * simulated + n]!
    })
    known.forEach((_, column) => {
      own[column]! += rememberedShare * said[row * known.length + column]!
    })
    const sum = own.reduce((a, b) => a + b, 0)
    if (sum > 0)
      own.forEach((value, n) => {
        own[n] = value / sum
      })
  }
  return { clips, target: targets }
}
