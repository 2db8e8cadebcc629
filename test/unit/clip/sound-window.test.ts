import fc from 'fast-check'
import { from, lastValueFrom, toArray } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import { soundWindow } from '../../../src/clip/sound-window.ts'
import type { Clip } from '../../../src/core/clip.ts'
import { type SoundBlock, soundRateHz } from '../../../src/core/sound.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'

const model = { name: 'ears', frames: 1600, strideFrames: 800 }

/** Samples that count up, so that a window shows where it was cut. */
const block = (first: number, samples: number, more: Partial<SoundBlock> = {}): SoundBlock => ({
  cameraId: 'gate',
  epoch: 1,
  ptsUs: Math.round((first * 1e6) / soundRateHz),
  arrivalMs: first,
  arrivalMonoMs: first,
  data: new Uint8Array(Int16Array.from({ length: samples }, (_, n) => first + n).buffer),
  ...more,
})
const samplesOf = ({ sound }: Clip) => new Int16Array(sound!.buffer)

async function run(blocks: readonly SoundBlock[], scale = () => 1) {
  const drops: Record<string, number> = {}
  const telemetry = {
    ...noTelemetry,
    count: (metric: string, labels: Record<string, string>, by = 1) => {
      if (metric === 'vireo_drops_total')
        drops[`${labels.stage}/${labels.reason}`] = (drops[`${labels.stage}/${labels.reason}`] ?? 0) + by
    },
  }
  const window = soundWindow({ model, strideScale: scale, telemetry })
  const clips = await lastValueFrom(from(blocks).pipe(window, toArray()))
  return { clips, drops, firsts: clips.map((clip) => samplesOf(clip)[0]) }
}

describe('sound windows', () => {
  it('cuts windows of the whole length at every stride, however the sound is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 2500 }), { minLength: 1, maxLength: 40 }),
        async (sizes) => {
          let at = 0
          const blocks = sizes.map((size) => {
            const made = block(at, size)
            at += size
            return made
          })
          const { clips, drops } = await run(blocks)
          expect(clips).toHaveLength(at < 1600 ? 0 : Math.floor((at - 1600) / 800) + 1)
          clips.forEach((clip, index) => {
            const samples = samplesOf(clip)
            expect(samples).toHaveLength(1600)
            expect([samples[0], samples.at(-1)]).toEqual([index * 800, index * 800 + 1599])
            // To the microsecond, to which the times of blocks are rounded.
            expect(Math.abs(clip.firstPtsUs - index * 50_000)).toBeLessThanOrEqual(1)
            expect(clip.lastPtsUs - clip.firstPtsUs).toBe(100_000)
          })
          expect(drops).toEqual({})
        },
      ),
      { numRuns: 60 },
    )
  })

  it('says when its sound came', async () => {
    const { clips } = await run([block(0, 900), block(900, 900), block(1800, 900)])
    expect(clips.map(({ firstArrivalMs, lastArrivalMs }) => [firstArrivalMs, lastArrivalMs])).toEqual([
      [0, 900],
      [0, 1800],
    ])
    expect(clips[0]).toMatchObject({ cameraId: 'gate', epoch: 1, modelName: 'ears', frames: [] })
  })

  it.each([
    ['gap', block(1600 + soundRateHz, 1600)],
    ['backward_pts', block(0, 1600, { ptsUs: -10_000_000 })],
    ['reconnect', block(1600, 1600, { epoch: 2 })],
  ])('never spans a %s, and counts what it drops', async (reason, second) => {
    const { clips, drops } = await run([block(0, 1000), second])
    expect(clips).toHaveLength(1)
    expect(clips[0]!.firstPtsUs).toBe(second.ptsUs)
    expect(drops).toEqual({ [`sound/${reason}`]: 1 })
  })

  it('bears timestamps that stray a little', async () => {
    const late = (n: number, strayUs: number) => block(n * 800, 800, { ptsUs: n * 50_000 + strayUs })
    const { clips, drops } = await run([late(0, 0), late(1, 90_000), late(2, -80_000), late(3, 0)])
    expect(clips).toHaveLength(3)
    expect(drops).toEqual({})
  })

  it('lengthens its strides when inference is saturated, beyond the window too', async () => {
    const sound = Array.from({ length: 10 }, (_, n) => block(n * 800, 800))
    expect((await run(sound, () => 2)).firsts).toEqual([0, 1600, 3200, 4800, 6400])
    expect((await run(sound, () => 4)).firsts).toEqual([0, 3200, 6400])
  })

  it('starts anew for each subscriber, passes errors on, and ends with its source', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
      ({ cold, expectObservable }) => {
        const window = soundWindow({ model, strideScale: () => 1, telemetry: noTelemetry })
        const values = { a: block(0, 800), b: block(800, 800) }
        const clips$ = cold('a-b-|', values).pipe(window)
        const shown = clips$.pipe((source) => source)
        expectObservable(cold('-----', values).pipe(window)).toBe('-----')
        expectObservable(cold('|', values).pipe(window)).toBe('|')
        expectObservable(cold('a-#', values).pipe(window)).toBe('--#')
        expectObservable(shown, '---!').toBe('--c-', { c: expect.objectContaining({ modelName: 'ears' }) })
        expectObservable(shown).toBe('--c-|', { c: expect.objectContaining({ modelName: 'ears' }) })
      },
    )
  })
})
