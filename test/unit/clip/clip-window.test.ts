import fc from 'fast-check'
import { from, lastValueFrom, toArray } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import { clipWindow } from '../../../src/clip/clip-window.ts'
import type { ModelContract } from '../../../src/core/bundle.ts'
import type { GatedFrame } from '../../../src/core/frame.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'

const model: ModelContract = {
  name: 'm',
  version: '1',
  kind: 'clip',
  frames: 8,
  sampleFps: 8,
  strideFrames: 4,
  widthPx: 2,
  heightPx: 2,
  labels: ['a'],
}

const gated = (seq: number, ptsUs: number, more: { epoch?: number; active?: boolean } = {}): GatedFrame => ({
  frame: {
    cameraId: 'gate',
    epoch: more.epoch ?? 1,
    seq,
    ptsUs,
    arrivalMs: 1000 + seq,
    arrivalMonoMs: seq,
    widthPx: 2,
    heightPx: 2,
    data: new Uint8Array(12),
  },
  motion: 0,
  active: more.active ?? true,
})

const regular = (count: number, periodUs = 125_000, startUs = 0) =>
  Array.from({ length: count }, (_, n) => gated(n, startUs + n * periodUs))

async function run(
  frames: GatedFrame[],
  options: { model?: Partial<ModelContract>; scale?: () => number } = {},
) {
  const drops: Record<string, number> = {}
  const telemetry = {
    ...noTelemetry,
    count: (metric: string, labels: Record<string, string>, by = 1) => {
      if (metric === 'vireo_drops_total') drops[labels.reason!] = (drops[labels.reason!] ?? 0) + by
    },
  }
  const window = clipWindow({
    model: { ...model, ...options.model },
    strideScale: options.scale ?? (() => 1),
    telemetry,
  })
  const clips = await lastValueFrom(from(frames).pipe(window, toArray()))
  return { clips, drops, starts: clips.map(({ firstPtsUs }) => firstPtsUs / 1000) }
}

describe('clip window', () => {
  it('cuts overlapping windows with the frames, PTS and arrival of their ends', async () => {
    const { clips, starts } = await run(regular(20))
    expect(starts).toEqual([0, 500, 1000, 1500])
    expect(clips[1]).toMatchObject({
      cameraId: 'gate',
      epoch: 1,
      modelName: 'm',
      firstPtsUs: 500_000,
      lastPtsUs: 1_375_000,
      firstArrivalMs: 1004,
      lastArrivalMs: 1011,
      lastArrivalMonoMs: 11,
    })
    expect(clips[1]!.frames.map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8, 9, 10, 11])
  })

  it('never spans a reconnect, a gap or a PTS that goes back, and counts what it drops', async () => {
    for (const [reason, second] of [
      ['reconnect', regular(8).map(({ frame }) => gated(frame.seq, frame.ptsUs, { epoch: 2 }))],
      ['gap', regular(8, 125_000, 6 * 125_000 + 600_000)],
      ['backward_pts', regular(8, 125_000, 0)],
    ] as const) {
      const { clips, drops } = await run([...regular(6), ...second])
      expect(clips).toHaveLength(1)
      expect(clips[0]!.firstPtsUs).toBe(second[0]!.frame.ptsUs)
      expect(drops).toEqual({ [reason]: 6 })
    }
  })

  it('takes a 25 fps camera that was thinned to uneven steps', async () => {
    const frames = Array.from({ length: 400 }, (_, n) => gated(n, n * 40_000)).filter(
      ({ frame }, n, all) =>
        n === 0 || Math.floor(frame.ptsUs / 125_000) !== Math.floor(all[n - 1]!.frame.ptsUs / 125_000),
    )
    const { clips } = await run(frames)
    expect(clips).toHaveLength(Math.floor((frames.length - 8) / 4) + 1)
    for (const { frames: cut } of clips) expect(new Set(cut.map(({ seq }) => seq)).size).toBe(8)
  })

  it('repeats the nearest frame of a camera that is slower than the model', async () => {
    const { clips } = await run(regular(20, 250_000))
    expect(clips[0]!.frames.map(({ ptsUs }) => ptsUs / 1000)).toEqual([0, 250, 250, 500, 500, 750, 750, 1000])
  })

  it('passes over frames of a camera that is faster', async () => {
    const { clips } = await run(regular(40, 62_500))
    for (const clip of clips) {
      const offGridUs = Math.abs(clip.lastPtsUs - clip.firstPtsUs - 875_000)
      expect(offGridUs).toBeLessThanOrEqual(62_500)
    }
    expect(clips).toHaveLength(4)
  })

  it('drops clips without motion, and keeps one with motion in any frame', async () => {
    const frames = Array.from({ length: 24 }, (_, n) => gated(n, n * 125_000, { active: n === 13 }))
    const { starts, drops } = await run(frames)
    expect(starts).toEqual([1000, 1500])
    expect(drops).toEqual({ no_motion: 3 })
  })

  it('lengthens the stride under load, but never for a stream', async () => {
    expect((await run(regular(32), { scale: () => 2 })).starts).toEqual([0, 1000, 2000, 3000])
    const stream = { kind: 'stream' as const, frames: 2, strideFrames: 2 }
    const { starts } = await run(regular(8), { model: stream, scale: () => 3 })
    expect(starts).toEqual([0, 250, 500, 750])
  })

  it('holds its promises for any input', async () => {
    const step = fc.tuple(
      fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 20_000, max: 400_000 }) },
        fc.integer({ min: -1e6, max: 3e6 }),
      ),
      fc.integer({ min: 0, max: 30 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 200 }), async (steps) => {
        let ptsUs = 0
        let epoch = 1
        const frames = steps.map(([deltaUs, dice], n) => {
          ptsUs += deltaUs
          if (dice === 0) epoch += 1
          return gated(n, ptsUs, { epoch })
        })
        const { clips } = await run(frames)
        for (const clip of clips) {
          expect(clip.frames).toHaveLength(8)
          expect(new Set(clip.frames.map((frame) => frame.epoch)).size).toBe(1)
          clip.frames.slice(1).forEach((frame, n) => {
            const stepUs = frame.ptsUs - clip.frames[n]!.ptsUs
            expect(stepUs).toBeGreaterThanOrEqual(0)
            expect(stepUs).toBeLessThanOrEqual(500_000)
          })
          expect(clip.lastPtsUs - clip.firstPtsUs).toBeGreaterThan(400_000)
          expect(clip.lastPtsUs - clip.firstPtsUs).toBeLessThan(1_400_000)
        }
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['never', '-', '-', '^'],
    ['empty', '|', '|', '^'],
    ['an error', 'ab#', '--#', '^'],
    ['a value, then unending', 'abcdefgh-', '-------x-', '^'],
    ['early disposal', 'abcdefgh', '---', '^--!'],
  ])('marbles: %s', (_name, source, expected, subscription) => {
    new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run(({ hot, expectObservable }) => {
      const values = Object.fromEntries([...'abcdefgh'].map((key, n) => [key, gated(n, n * 125_000)]))
      const clips = hot(source, values).pipe(
        clipWindow({ model, strideScale: () => 1, telemetry: noTelemetry }),
      )
      const all = Object.values(values).map(({ frame }) => frame)
      const x = {
        cameraId: 'gate',
        epoch: 1,
        modelName: 'm',
        frames: all,
        firstPtsUs: 0,
        lastPtsUs: 875_000,
        firstArrivalMs: 1000,
        lastArrivalMs: 1007,
        lastArrivalMonoMs: 7,
      }
      expectObservable(clips, subscription).toBe(expected, { x })
    })
  })
})
