import { createRandom, type Random } from '../../../src/core/random.ts'
import { varyWindow } from '../../../src/skeleton/vary-window.ts'
import type { LabelledWindows } from '../../../src/train/export/predict-skeletons.ts'
import { cutAt } from './judge-bodies.ts'
import type { WindowShape } from './labelled-bodies.ts'
import type { TaughtSample } from './taught-samples.ts'

export interface TaughtRecipe {
  readonly seed: number
  readonly batch: number
  /** Share of each batch that is simulated. */
  readonly simulatedShare: number
  readonly samples: readonly TaughtSample[]
  /** In the labels of the model. */
  readonly simulated: LabelledWindows
  /** Number of labels of the model. */
  readonly labels: number
  readonly shape: WindowShape
  readonly labelSmoothing: number
}

/** The end of a window is moved by at most so many moments, and it is slower or faster by at most so much. */
const mostShift = 2
const mostRate = 0.15

/**
 * The batch of one step: simulated windows, so that nothing is forgotten, and real ones, each label equally often, each
 * clip of it equally often, varied anew each time. It depends on seed and step alone.
 */
export function makeTaughtBatch(recipe: TaughtRecipe, step: number): LabelledWindows {
  const { seed, batch, samples, simulated, labels, labelSmoothing } = recipe
  const random = createRandom(seed).fork(`taught ${step}`)
  const count = simulated.target.length / labels
  const numbers = recipe.shape.frames * 2 * 17 * 3
  const clips = new Float32Array(batch * numbers)
  const target = new Float32Array(batch * labels)
  const fromSimulated = count === 0 ? 0 : Math.round(batch * recipe.simulatedShare)
  const drawReal = createDraw(samples)
  for (let row = 0; row < batch; row += 1) {
    const truth = new Float32Array(labels)
    if (row < fromSimulated) {
      const at = random.int(0, count - 1)
      clips.set(simulated.clips.subarray(at * numbers, (at + 1) * numbers), row * numbers)
      truth.set(simulated.target.subarray(at * labels, (at + 1) * labels))
    } else {
      const sample = drawReal(random)
      clips.set(varyWindow(cutVaried(sample, random, recipe.shape), random), row * numbers)
      truth.set(sample.target)
    }
    truth.forEach((share, label) => {
      target[row * labels + label] = share * (1 - labelSmoothing) + labelSmoothing / labels
    })
  }
  return { clips, target }
}

/** A label, then a clip of it, then a window of that. */
function createDraw(samples: readonly TaughtSample[]): (random: Random) => TaughtSample {
  const byLabel = [...Map.groupBy(samples, ({ clip }) => clip.label).values()].map((own) => [
    ...Map.groupBy(own, ({ clip }) => clip.id).values(),
  ])
  return (random) => random.pick(random.pick(random.pick(byLabel)))
}

function cutVaried({ clip, track, endUs }: TaughtSample, random: Random, shape: WindowShape): Float32Array {
  const shiftUs = (random.range(-mostShift, mostShift) * 1e6) / shape.sampleFps
  const sampleFps = shape.sampleFps * (1 + random.range(-mostRate, mostRate))
  return cutAt(clip, track, Math.round(endUs + shiftUs), { frames: shape.frames, sampleFps })
}
