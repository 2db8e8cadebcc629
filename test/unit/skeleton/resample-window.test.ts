import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latestRun, seenUs, startOf } from '../../../src/skeleton/latest-run.ts'
import { resampleWindow } from '../../../src/skeleton/resample-window.ts'
import { anyReadings, bodyAt, moved, second, times, walking } from './bodies.ts'

const span = (endPtsUs: number) => ({ endPtsUs, frames: 20, sampleFps: 10 })
const nose = (values: Float32Array, frame: number) => ({
  x: values[frame * 51]!,
  y: values[frame * 51 + 1]!,
  score: values[frame * 51 + 2]!,
})
const noses = (values: Float32Array) => Array.from({ length: 20 }, (_, frame) => nose(values, frame).x)
/** x of the nose of somebody who walks 100 px/s. */
const noseAt = (ptsUs: number) => (ptsUs / second) * 100 - 8

describe('resampling of a window', () => {
  it.each([5, 7, 10, 15, 30])('gives an even walk back as it was, from %d readings a second', (fps) => {
    const readings = walking(times(fps * 3, second / fps))
    const endPtsUs = readings.at(-1)!.ptsUs
    for (const [frame, x] of noses(resampleWindow(readings, span(endPtsUs))).entries())
      expect(x).toBeCloseTo(noseAt(endPtsUs - (19 - frame) * 100_000), 3)
  })

  it('takes the readings in whatever order they come, of two at one time the later one', () => {
    const readings = walking(times(12, 190_000))
    const end = span(readings.at(-1)!.ptsUs)
    expect(resampleWindow(readings.toReversed(), end)).toEqual(resampleWindow(readings, end))
    const again = [...readings, bodyAt(end.endPtsUs, 999)]
    expect(nose(resampleWindow(again, end), 19).x).toBe(991)
  })

  it('leaves out what comes after the window: it is not there yet when it is now', () => {
    const readings = walking(times(30, 100_000))
    const end = span(2 * second)
    const known = readings.filter(({ ptsUs }) => ptsUs <= end.endPtsUs)
    expect(resampleWindow(readings, end)).toEqual(resampleWindow(known, end))
  })

  it('repeats the first reading before it, and the last one after it', () => {
    const readings = walking(times(8, 100_000, second))
    const xs = noses(resampleWindow(readings, span(2 * second)))
    // 0.1 s … 2 s; the readings are at 1 s … 1.7 s.
    expect(xs.slice(0, 10)).toEqual(xs.slice(0, 10).map(() => xs[9]))
    expect(xs[9]).toBeCloseTo(noseAt(second), 3)
    expect(xs.slice(16)).toEqual(xs.slice(16).map(() => xs[16]))
    expect(xs[16]).toBeCloseTo(noseAt(1.7 * second), 3)
  })

  it('goes over a gap of a second, and begins anew after a longer one', () => {
    const before = walking(times(8, 100_000))
    const bridged = [...before, ...walking(times(4, 100_000, 1.7 * second))]
    expect(nose(resampleWindow(bridged, span(2 * second)), 11).x).toBeCloseTo(noseAt(1.2 * second), 3)
    const broken = [...before, ...walking(times(4, 100_000, 1.7 * second + 1))]
    const xs = noses(resampleWindow(broken, span(2 * second + 1)))
    expect(xs.slice(0, 17)).toEqual(xs.slice(0, 17).map(() => xs[16]))
    expect(xs[16]).toBeCloseTo(noseAt(1.7 * second), 3)
  })

  it('knows nothing of somebody whose last reading is over a second old', () => {
    const readings = walking(times(10, 100_000))
    expect(resampleWindow(readings, span(1.9 * second)).some((value) => value !== 0)).toBe(true)
    expect(resampleWindow(readings, span(1.9 * second + 1))).toEqual(new Float32Array(20 * 51))
    expect(resampleWindow([], span(0))).toEqual(new Float32Array(20 * 51))
  })

  it('leaves a keypoint that is not found where it was, with score 0, and lets one appear where it is found', () => {
    const lost = { xPx: 0, yPx: 0, score: 0 }
    const hide = (reading: ReturnType<typeof bodyAt>) => ({
      ...reading,
      keypoints: reading.keypoints.map((point, n) => (n === 0 ? lost : point)),
    })
    const readings = walking(times(20, 100_000, 100_000))
    const hidden = readings.map((reading, n) => (n >= 5 && n < 15 ? hide(reading) : reading))
    const values = resampleWindow(hidden, span(2 * second))
    expect(nose(values, 4)).toMatchObject({ score: expect.closeTo(0.9, 5) })
    for (let frame = 5; frame < 15; frame += 1)
      expect(nose(values, frame)).toEqual({ ...nose(values, 4), score: 0 })
    expect(nose(values, 15).x).toBeCloseTo(noseAt(1.6 * second), 3)
    // Halfway to a reading that has it: at that place, half as sure.
    const sparse = [hide(bodyAt(0, 0)), bodyAt(200_000, 100)]
    expect(nose(resampleWindow(sparse, { endPtsUs: 200_000, frames: 3, sampleFps: 10 }), 1)).toEqual({
      x: 92,
      y: 2,
      score: expect.closeTo(0.45, 5),
    })
    const never = readings.map(hide)
    expect(nose(resampleWindow(never, span(2 * second)), 10)).toEqual({ x: 0, y: 0, score: 0 })
  })

  it('asks readings older than the window for nothing but the way into it', () => {
    fc.assert(
      fc.property(anyReadings, fc.integer({ min: 0, max: 20_000_000 }), (readings, endPtsUs) => {
        const run = latestRun(readings, endPtsUs)
        const startUs = startOf(span(endPtsUs))
        const first = run.findLastIndex(({ ptsUs }) => ptsUs <= startUs)
        expect(resampleWindow(run.slice(Math.max(0, first)), span(endPtsUs))).toEqual(
          resampleWindow(readings, span(endPtsUs)),
        )
      }),
    )
  })

  it('moves and grows with the picture, stays between the readings, and is finite', () => {
    const change = fc.record({
      scale: fc.double({ min: 0.1, max: 10, noNaN: true }),
      dx: fc.double({ min: -1000, max: 1000, noNaN: true }),
      dy: fc.double({ min: -1000, max: 1000, noNaN: true }),
    })
    fc.assert(
      fc.property(
        ...[anyReadings, fc.integer({ min: 0, max: 8_000_000 }), change],
        (readings, endPtsUs, how) => {
          const here = resampleWindow(readings, span(endPtsUs))
          const there = resampleWindow(moved(readings, how), span(endPtsUs))
          const found = (n: number) =>
            latestRun(readings, endPtsUs).some(({ keypoints }) => keypoints[n]!.score > 0)
          let worstPx = 0
          for (let at = 0; at < here.length; at += 3) {
            const [x, y, score] = [here[at]!, here[at + 1]!, here[at + 2]!]
            const sound = score >= 0 && score <= 1 && Math.abs(x) <= 2000 && Math.abs(y) <= 2000
            if (!sound || there[at + 2] !== score) worstPx = Number.POSITIVE_INFINITY
            if (!found((at / 3) % 17) || (x === 0 && y === 0 && score === 0)) continue
            const [wantedX, wantedY] = [x * how.scale + how.dx, y * how.scale + how.dy]
            worstPx = Math.max(worstPx, Math.abs(there[at]! - wantedX), Math.abs(there[at + 1]! - wantedY))
          }
          expect(worstPx).toBeLessThan(0.05)
        },
      ),
    )
  })
})

describe('how much of a window was seen', () => {
  it.each([
    ['nothing of nobody', [], 0],
    ['nothing of a first reading', times(1, 0, 2 * second), 0],
    ['what is since the first reading', times(11, 100_000, second), second],
    ['not more than the window', times(60, 100_000, -4 * second), 1.9 * second],
    ['what is since a gap', [...times(5, 100_000), ...times(4, 100_000, 1.7 * second)], 300_000],
  ])('%s', (_, moments, expected) => {
    expect(
      seenUs(
        moments.map((ptsUs) => ({ ptsUs })),
        span(2 * second),
      ),
    ).toBe(expected)
  })
})
