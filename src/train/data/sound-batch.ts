import { createRandom, type Random } from '../../core/random.ts'
import type { SoundSource } from './sound-source.ts'

export interface SoundBatchRecipe {
  readonly seed: number
  /** Samples of a window. */
  readonly window: number
  readonly batch: number
  /** The class of each item. */
  readonly classes: readonly number[]
  readonly labels: number
  /** Share of the target that is spread over all labels. */
  readonly labelSmoothing: number
}

export interface SoundBatch {
  /** int16 [batch, window] */
  readonly clips: Int16Array
  /** [batch, labels] */
  readonly target: Float32Array
}

/** Loudness is changed by so many decibels, down to up. */
const gainDb = [-14, 8] as const
/** Chance that noise is added, and how loud, decibels below full scale. */
const noiseChance = 0.5
const noiseDb = [-75, -35] as const

/**
 * The batch of one step: every class equally often, windows from random places, louder or softer, some with noise. It
 * depends on the seed and the number of the step alone.
 */
export function makeSoundBatch(source: SoundSource, recipe: SoundBatchRecipe, step: number): SoundBatch {
  const { seed, window, batch, classes, labels, labelSmoothing } = recipe
  const random = createRandom(seed).fork(`step ${step}`)
  const clips = new Int16Array(batch * window)
  const target = new Float32Array(batch * labels).fill(labelSmoothing / labels)
  const byClass = Array.from({ length: labels }, (_, label) =>
    classes.flatMap((each, item) => (each === label ? [item] : [])),
  )
  for (let row = 0; row < batch; row += 1) {
    const label = random.int(0, labels - 1)
    const item = random.pick(byClass[label]!)
    const out = clips.subarray(row * window, (row + 1) * window)
    source.read(item, drawStart(source.items[item]!.samples, window, random), out)
    vary(out, random)
    target[row * labels + label]! += 1 - labelSmoothing
  }
  return { clips, target }
}

/**
 * First sample of a window: anywhere in a stretch that is longer; of a shorter one, so that all of it is heard, early or
 * late in the window.
 */
function drawStart(samples: number, window: number, random: Random): number {
  const room = samples - window
  return room >= 0 ? random.int(0, room) : random.int(room, 0)
}

function vary(out: Int16Array, random: Random): void {
  const gain = 10 ** (random.range(...gainDb) / 20)
  const noise = random.chance(noiseChance) ? 32_768 * 10 ** (random.range(...noiseDb) / 20) : 0
  for (let n = 0; n < out.length; n += 1) {
    const varied = out[n]! * gain + (noise > 0 ? noise * random.normal() : 0)
    out[n] = Math.max(-32_768, Math.min(32_767, Math.round(varied)))
  }
}
