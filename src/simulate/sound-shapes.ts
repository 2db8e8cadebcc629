import type { Random } from '../core/random.ts'
import { soundRateHz } from '../core/sound.ts'

/** Building blocks of simulated sounds. All work on float samples of about -1 to 1, in place where they can. */

export const samplesOf = (seconds: number): number => Math.round(seconds * soundRateHz)

export function whiteNoise(length: number, random: Random): Float32Array {
  return Float32Array.from({ length }, () => random.normal())
}

/** Adds `part` to `out` from sample `at` on; what lies outside is left out. */
export function addAt(out: Float32Array, part: Float32Array, at: number, gain = 1): void {
  const from = Math.max(0, -at)
  const to = Math.min(part.length, out.length - at)
  for (let n = from; n < to; n += 1) out[at + n]! += part[n]! * gain
}

/** Scales so that the largest sample has this size. */
export function toPeak(sound: Float32Array, peak: number): Float32Array {
  const largest = sound.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-9)
  return sound.map((x) => (x * peak) / largest)
}

type Coefficients = readonly [b0: number, b1: number, b2: number, a1: number, a2: number]

function filtered(sound: Float32Array, [b0, b1, b2, a1, a2]: Coefficients): Float32Array {
  const out = new Float32Array(sound.length)
  let [x1, x2, y1, y2] = [0, 0, 0, 0]
  for (let n = 0; n < sound.length; n += 1) {
    const x = sound[n]!
    const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
    ;[x2, x1, y2, y1] = [x1, x, y1, y]
    out[n] = y
  }
  return out
}

/** Second-order filters (Bristow-Johnson's audio equaliser formulas). */
function prepared(hz: number, quality: number) {
  const angle = (2 * Math.PI * Math.min(hz, soundRateHz * 0.49)) / soundRateHz
  return { cos: Math.cos(angle), alpha: Math.sin(angle) / (2 * quality) }
}

export function lowPass(sound: Float32Array, hz: number, quality = Math.SQRT1_2): Float32Array {
  const { cos, alpha } = prepared(hz, quality)
  const a0 = 1 + alpha
  const b = (1 - cos) / a0
  return filtered(sound, [b / 2, b, b / 2, (-2 * cos) / a0, (1 - alpha) / a0])
}

export function highPass(sound: Float32Array, hz: number, quality = Math.SQRT1_2): Float32Array {
  const { cos, alpha } = prepared(hz, quality)
  const a0 = 1 + alpha
  const b = (1 + cos) / a0
  return filtered(sound, [b / 2, -b, b / 2, (-2 * cos) / a0, (1 - alpha) / a0])
}

/** A resonance: peak 1 at its frequency. */
export function bandPass(sound: Float32Array, hz: number, quality: number): Float32Array {
  const { cos, alpha } = prepared(hz, quality)
  const a0 = 1 + alpha
  return filtered(sound, [alpha / a0, 0, -alpha / a0, (-2 * cos) / a0, (1 - alpha) / a0])
}

/** Falls to 1/e in so many seconds. */
export function decaying(sound: Float32Array, seconds: number): Float32Array {
  return sound.map((x, n) => x * Math.exp(-n / (seconds * soundRateHz)))
}

/** Rises at the start and falls at the end, each over so many seconds. */
export function faded(sound: Float32Array, seconds: number): Float32Array {
  const edge = Math.max(1, Math.min(samplesOf(seconds), sound.length / 2))
  return sound.map((x, n) => x * Math.min(1, n / edge, (sound.length - n) / edge))
}

/** A sum of harmonics of a frequency that changes: `hzAt` and `gainAt` are asked for every sample. */
export function harmonics(
  length: number,
  hzAt: (seconds: number) => number,
  gains: readonly number[],
): Float32Array {
  const out = new Float32Array(length)
  let phase = 0
  for (let n = 0; n < length; n += 1) {
    const hz = hzAt(n / soundRateHz)
    phase += (2 * Math.PI * hz) / soundRateHz
    for (let k = 0; k < gains.length && hz * (k + 1) < soundRateHz / 2; k += 1)
      out[n]! += gains[k]! * Math.sin(phase * (k + 1))
  }
  return out
}
