import { from, lastValueFrom, map, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../../../src/core/frame.ts'
import { pictureHealth } from '../../../src/motion/picture-health.ts'

const widthPx = 64
const heightPx = 48

/** A textured view; `seed` picks another one. Noise changes with every frame unless it is 0. */
function view(seed: number, frame: number, options: { noise?: number; gain?: number } = {}): Uint8Array {
  const { noise = 1, gain = 1 } = options
  const data = new Uint8Array(widthPx * heightPx * 3)
  let state = frame * 7919 + 1
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      const texture = Math.sin(x / (3 + seed) + seed * 2) * Math.cos(y / (5 - seed * 0.7)) * 60
      const value = (120 + texture) * gain + (state / 2 ** 32 - 0.5) * 2 * noise
      data.fill(
        Math.max(0, Math.min(255, Math.round(value))),
        (y * widthPx + x) * 3,
        (y * widthPx + x + 1) * 3,
      )
    }
  return data
}
const flat = (value: number) => new Uint8Array(widthPx * heightPx * 3).fill(value)

/** Eight frames a second; `at` gives the picture of each. Answers as "second state". */
async function watch(
  seconds: number,
  at: (second: number, n: number) => Uint8Array,
  epochAt = (_: number) => 1,
) {
  const frames = Array.from(
    { length: seconds * 8 },
    (_, n): Frame => ({
      cameraId: 'gate',
      epoch: epochAt(n / 8),
      seq: n,
      ptsUs: n * 125_000,
      arrivalMs: 0,
      arrivalMonoMs: 0,
      widthPx,
      heightPx,
      data: at(n / 8, n),
    }),
  )
  let second = 0
  return lastValueFrom(
    from(frames).pipe(
      map((frame) => {
        second = frame.ptsUs / 1e6
        return frame
      }),
      pictureHealth({ frozenAfterMs: 4000, tamperAfterMs: 8000 }),
      map((state) => `${second} ${state}`),
      toArray(),
    ),
  )
}

describe('picture health', () => {
  it('notices a frozen picture within its time, and that it moves again', async () => {
    const frozen = view(0, 999)
    expect(await watch(20, (s, n) => (s >= 5 && s < 12 ? frozen : view(0, n)))).toEqual([
      '0 ok',
      '9.625 frozen',
      '12.25 ok',
    ])
  })

  it('is not kept alive by keyframes that change a still picture a little', async () => {
    const keyed = (s: number, n: number) => (s < 5 ? view(0, n) : view(0, 1000 + Math.floor(s)))
    expect(await watch(20, keyed)).toEqual(['0 ok', '9.625 frozen'])
  })

  it('is not kept alive by an encoder that flickers a little in every frame', async () => {
    const flicker = (n: number) => {
      const data = view(0, 999).slice()
      for (let at = 0; at < data.length / 400; at += 1) data[(at * 131 + n) % data.length]! ^= 1
      return data
    }
    expect(await watch(20, (s, n) => (s < 5 ? view(0, n) : flicker(n)))).toEqual(['0 ok', '9.625 frozen'])
  })

  it('is not fooled by a quiet scene with sensor noise', async () => {
    expect(await watch(60, (_, n) => view(0, n, { noise: 0.8 }))).toEqual(['0 ok'])
  })

  it('notices a dark and a covered lens after a while, not a short blackout', async () => {
    const grain = (value: number, n: number) => {
      const data = flat(value)
      data[n % data.length] = value + 3
      return data
    }
    expect(await watch(30, (s, n) => (s >= 5 && s < 16 ? grain(3, n) : view(0, n)))).toEqual([
      '0 ok',
      '13 dark',
      '16 ok',
    ])
    expect(await watch(30, (s, n) => (s >= 5 && s < 16 ? grain(150, n) : view(0, n)))).toEqual([
      '0 ok',
      '13 covered',
      '16 ok',
    ])
    expect(await watch(30, (s, n) => (s >= 5 && s < 12 ? grain(3, n) : view(0, n)))).toEqual(['0 ok'])
  })

  it('notices a camera that looks elsewhere, and takes the new view for usual after a minute', async () => {
    const states = await watch(100, (s, n) => view(s < 20 ? 0 : 3, n))
    expect(states).toEqual(['0 ok', '28 moved', expect.stringMatching(/^80(\.125)? ok$/)])
  })

  it('does not take changing light for another view', async () => {
    expect(await watch(60, (s, n) => view(0, n, { gain: s < 20 ? 1 : 0.45 }))).toEqual(['0 ok'])
  })

  it('starts afresh with a new connection', async () => {
    const frozen = view(0, 999)
    const states = await watch(
      10,
      () => frozen,
      (s) => Math.floor(s / 3) + 1,
    )
    expect(states).toEqual(['0 ok'])
  })
})
