import { createRandom, type Random } from '../../src/core/random.ts'
import { skeletonLabels } from '../../src/simulate/motion/skeleton-labels.ts'
import { drawSkeletonWindow } from '../../src/simulate/motion/skeleton-window.ts'
import { bodyNumbers } from '../../src/skeleton/resample-window.ts'
import { joinBodies } from '../../src/skeleton/skeleton-window.ts'

/** What a batch of simulated windows depends on, besides its number. */
export interface SkeletonRecipe {
  readonly seed: number
  readonly batch: number
  /** Moments of a window, and how many a second. */
  readonly frames: number
  readonly sampleFps: number
  /** Share of the target that is spread over all labels. */
  readonly labelSmoothing: number
}

export interface SkeletonBatch {
  /** [batch, frames, 2, 17, 3] */
  readonly clips: Float32Array<ArrayBuffer>
  /** [batch, labels] */
  readonly target: Float32Array<ArrayBuffer>
}

/** The batch of one step, by the same windows that the live path cuts; it depends on seed and number alone. */
export function makeSkeletonBatch(recipe: SkeletonRecipe, step: number): SkeletonBatch {
  const { seed, batch, frames, labelSmoothing } = recipe
  const random = createRandom(seed).fork(`step ${step}`)
  const labels = skeletonLabels.length
  const clips = new Float32Array(batch * frames * 2 * bodyNumbers)
  const target = new Float32Array(batch * labels)
  for (let row = 0; row < batch; row += 1) {
    const { window, truth } = drawWindow(random, recipe)
    clips.set(window, row * frames * 2 * bodyNumbers)
    truth.forEach((share, label) => {
      target[row * labels + label] = share * (1 - labelSmoothing) + labelSmoothing / labels
    })
  }
  return { clips, target }
}

/** [frames, 2, 17, 3] and the shares of the labels. */
function drawWindow(random: Random, { frames, sampleFps }: SkeletonRecipe) {
  const { subject, other, truth, endPtsUs } = drawSkeletonWindow(random, {
    windowS: (frames - 1) / sampleFps,
  })
  return { window: joinBodies(subject, other ?? [], { endPtsUs, frames, sampleFps }), truth }
}
