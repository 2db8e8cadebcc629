import fc from 'fast-check'
import { from, lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../../../src/core/frame.ts'
import { blockMeans } from '../../../src/motion/block-means.ts'
import { motionGate } from '../../../src/motion/motion-gate.ts'

const widthPx = 96
const heightPx = 96

/** Small reproducible noise source (mulberry32). */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function picture(options: { gain?: number; noisePx?: number; seed?: number; personAt?: number } = {}) {
  const { gain = 1, noisePx = 0, seed = 1, personAt } = options
  const random = noise(seed)
  const data = new Uint8Array(widthPx * heightPx * 3)
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      const person = personAt !== undefined && x >= personAt && x < personAt + 6 && y >= 40 && y < 56
      const value = (person ? 200 : 60 + x) * gain + (random() + random() - 1) * noisePx
      for (let c = 0; c < 3; c += 1) data[(y * widthPx + x) * 3 + c] = Math.max(0, Math.min(255, value))
    }
  return data
}

const frame = (seq: number, data: Uint8Array, more: Partial<Frame> = {}): Frame => ({
  cameraId: 'c',
  epoch: 1,
  seq,
  ptsUs: seq * 125_000,
  arrivalMs: 0,
  arrivalMonoMs: 0,
  widthPx,
  heightPx,
  data,
  ...more,
})

const settings = { enabled: true, threshold: 0.004, holdMs: 1000 }
const run = (frames: Frame[], more = {}) =>
  lastValueFrom(from(frames).pipe(motionGate({ ...settings, ...more }), toArray()))

describe('block means', () => {
  it('averages brightness and leaves odd edges out', () => {
    const data = new Uint8Array(9 * 5 * 3).fill(100)
    expect([...blockMeans(data, 9, 5)]).toEqual([100, 100])
  })
})

describe('motion gate', () => {
  it('opens when a small person moves and closes after the hold time', async () => {
    const still = picture()
    const frames = Array.from({ length: 40 }, (_, n) =>
      frame(n, n === 15 ? picture({ personAt: 50 }) : still),
    )
    const active = (await run(frames)).map((gated) => gated.active)
    // Open at the start for a hold time (8 frames after the first), then for the person coming and going.
    expect(active.slice(0, 9).every(Boolean)).toBe(true)
    expect(active.slice(9, 15).some(Boolean)).toBe(false)
    expect(active.slice(15, 25).every(Boolean)).toBe(true)
    expect(active.slice(25).some(Boolean)).toBe(false)
  })

  it('stays shut for sensor noise and for light that changes as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 12, noNaN: true }),
        fc.double({ min: 0.85, max: 1.15, noNaN: true }),
        async (seed, noisePx, gain) => {
          const frames = Array.from({ length: 12 }, (_, n) =>
            frame(n, picture({ noisePx, seed: seed + n, gain: n === 10 ? gain : 1 })),
          )
          const gated = await run(frames)
          expect(gated.slice(9).some(({ active }) => active)).toBe(false)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('opens again after a reconnect, another size and a PTS that went back', async () => {
    const still = picture()
    for (const change of [
      { epoch: 2 },
      { widthPx: 48, data: still.subarray(0, 48 * 96 * 3) },
      { ptsUs: 0 },
    ]) {
      const frames = Array.from({ length: 20 }, (_, n) => frame(n, still, n === 15 ? change : {}))
      const gated = await run(frames.slice(0, 16))
      expect(gated[14]!.active).toBe(false)
      expect(gated[15]!.active).toBe(true)
    }
  })

  it('lets everything through when it is off', async () => {
    const gated = await run([frame(0, picture()), frame(50, picture())], { enabled: false })
    expect(gated.map(({ active }) => active)).toEqual([true, true])
  })
})
