import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/random.ts'
import { soundRateHz } from '../../../src/core/sound.ts'
import { soundKinds, soundOf } from '../../../src/simulate/sound-kinds.ts'
import { renderSound } from '../../../src/simulate/sound-scene.ts'
import { bandPass, decaying, harmonics, highPass, lowPass } from '../../../src/simulate/sound-shapes.ts'

const rms = (sound: ArrayLike<number>) =>
  Math.sqrt(Array.from(sound).reduce((sum, x) => sum + x * x, 0) / sound.length)
/** Zero crossings a second: where the weight of the frequencies lies. */
const crossings = (sound: ArrayLike<number>) =>
  (Array.from(sound).filter((x, n, all) => n > 0 && x >= 0 !== all[n - 1]! >= 0).length * soundRateHz) /
  sound.length

describe('simulated sounds', () => {
  it.each(soundKinds)('of kind %s are the same for the same seed and others for another', (kind) => {
    const [once, again, other] = [7, 7, 8].map((seed) => renderSound({ kind, seconds: 1.5, seed }))
    expect(again).toEqual(once)
    expect(other!.samples).not.toEqual(once!.samples)
    expect(once!.samples).toHaveLength(1.5 * soundRateHz)
    expect(once!.startMs).toBeGreaterThanOrEqual(0)
    expect(once!.endMs).toBeGreaterThan(once!.startMs)
    expect(once!.endMs).toBeLessThanOrEqual(1500)
  })

  it.each(['scream', 'glass', 'shot'] as const)('put a %s where they say it is', (kind) => {
    for (let seed = 0; seed < 12; seed += 1) {
      const { samples, startMs, endMs } = renderSound({ kind, seconds: 3, seed })
      const at = (ms: number) => Math.round((ms * soundRateHz) / 1000)
      const inside = rms(samples.subarray(at(startMs), at(endMs)))
      const outside = rms([...samples.subarray(0, at(startMs)), ...samples.subarray(at(endMs))])
      expect(inside).toBeGreaterThan(outside)
    }
  })

  it('differ as their names say', () => {
    const many = (kind: (typeof soundKinds)[number]) =>
      Array.from({ length: 8 }, (_, n) => soundOf[kind](createRandom(n), 1))
    const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
    const pitch = (kind: (typeof soundKinds)[number]) => mean(many(kind).map(crossings))
    expect(pitch('glass')).toBeGreaterThan(pitch('scream'))
    expect(pitch('scream')).toBeGreaterThan(pitch('speech'))
    // A shot is over at once: most of its energy is in its first tenth of a second.
    for (const shot of many('shot')) {
      const energy = (sound: Float32Array) => sound.reduce((sum, x) => sum + x * x, 0)
      expect(energy(shot.subarray(0, 0.1 * soundRateHz)) / energy(shot)).toBeGreaterThan(0.6)
    }
    expect(soundOf.silence(createRandom(1), 1)).toHaveLength(0)
    for (const kind of ['scream', 'glass', 'shot', 'speech', 'noise'] as const)
      for (const sound of many(kind)) expect(Math.max(...sound.map(Math.abs))).toBeCloseTo(1, 5)
  })
})

describe('shapes of sound', () => {
  const tone = (hz: number) => harmonics(8000, () => hz, [1])
  const through = (filter: (sound: Float32Array) => Float32Array, hz: number) =>
    rms(filter(tone(hz)).subarray(2000)) / rms(tone(hz))

  it('pass what they are named for, and 3 dB less at their corner', () => {
    const [low, high, band] = [
      (sound: Float32Array) => lowPass(sound, 1000),
      (sound: Float32Array) => highPass(sound, 1000),
      (sound: Float32Array) => bandPass(sound, 1000, 5),
    ]
    for (const [filter, hz, share] of [
      [low, 100, 1],
      [low, 1000, Math.SQRT1_2],
      [high, 1000, Math.SQRT1_2],
      [high, 6000, 1],
      [band, 1000, 1],
    ] as const)
      expect(through(filter, hz)).toBeCloseTo(share, 1)
    expect(through(low, 6000)).toBeLessThan(0.05)
    expect(through(high, 100)).toBeLessThan(0.05)
    expect(through(band, 4000)).toBeLessThan(0.1)
  })

  it('have the frequency that they are asked for, and decay as said', () => {
    expect(crossings(tone(440))).toBeCloseTo(880, -1)
    const fallen = decaying(new Float32Array(soundRateHz).fill(1), 0.25)
    expect(fallen[soundRateHz / 4]).toBeCloseTo(Math.exp(-1), 4)
    // Harmonics that a sample rate cannot hold are left out.
    expect(harmonics(10, () => 5000, [1, 1])).toEqual(harmonics(10, () => 5000, [1]))
  })
})
