import { createRandom } from '../core/random.ts'
import { soundRateHz } from '../core/sound.ts'
import { type SoundKind, soundOf } from './sound-kinds.ts'
import { addAt, lowPass, samplesOf, whiteNoise } from './sound-shapes.ts'

export interface SoundScene {
  /** Mono at `soundRateHz`. */
  readonly samples: Int16Array
  /** Where the sound lies that the scene is about; all of it for lasting ones. */
  readonly startMs: number
  readonly endMs: number
}

/** Kinds that happen at a moment; the others last. */
const sudden: readonly SoundKind[] = ['scream', 'glass', 'shot']

const decibels = (db: number) => 10 ** (db / 20)

/**
 * A simulated recording: one sound over what a microphone always hears (hiss, hum, far noise), nearer or farther. The
 * same seed gives the same samples.
 */
export function renderSound(options: { kind: SoundKind; seconds: number; seed: number }): SoundScene {
  const { kind, seconds } = options
  const random = createRandom(options.seed)
  const length = samplesOf(seconds)
  const out = new Float32Array(length)
  const hiss = random.range(-66, -46)
  addAt(out, whiteNoise(length, random), 0, decibels(hiss))
  addAt(out, lowPass(whiteNoise(length, random), 400), 0, decibels(hiss + random.range(0, 14)))
  if (random.chance(0.3)) {
    const hum = random.pick([50, 60, 100])
    const gain = decibels(random.range(-60, -44))
    for (let n = 0; n < length; n += 1) out[n]! += gain * Math.sin((2 * Math.PI * hum * n) / soundRateHz)
  }
  const sound = soundOf[kind](random.fork(kind), seconds)
  const at = sudden.includes(kind)
    ? Math.round(random.range(0.05, 0.95) * Math.max(0, length - sound.length))
    : 0
  if (sudden.includes(kind) && random.chance(0.5)) {
    const behind = soundOf[random.pick(['speech', 'noise'] as const)](random.fork('behind'), seconds)
    addAt(out, behind, 0, decibels(random.range(-40, -24)))
  }
  addAt(
    out,
    sound,
    at,
    decibels(random.range(...((sudden.includes(kind) ? [-18, -1] : [-34, -6]) as [number, number]))),
  )
  const lasts = !sudden.includes(kind)
  return {
    // Louder than full scale is cut off, as a microphone does.
    samples: Int16Array.from(out, (x) => Math.round(32_767 * Math.max(-1, Math.min(1, x)))),
    startMs: lasts ? 0 : Math.round((at * 1000) / soundRateHz),
    endMs: lasts
      ? Math.round(seconds * 1000)
      : Math.round((Math.min(length, at + sound.length) * 1000) / soundRateHz),
  }
}
