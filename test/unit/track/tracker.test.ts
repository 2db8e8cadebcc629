import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overlapOf } from '../../../src/core/box-overlap.ts'
import type { Detection } from '../../../src/core/detection.ts'
import { createBoxFilter } from '../../../src/track/box-filter.ts'
import { createTracker } from '../../../src/track/tracker.ts'

const person = (xPx: number, yPx = 100, score = 0.9): Detection => ({
  box: { xPx, yPx, widthPx: 40, heightPx: 100 },
  label: 'person',
  score,
})
const frameUs = 125_000
const picture = { widthPx: 640, heightPx: 360 }

describe('iou', () => {
  it('is 1 for the same box, 0 apart, a third for half an overlap', () => {
    const { box } = person(0)
    expect(overlapOf(box, box)).toBe(1)
    expect(overlapOf(box, { ...box, xPx: 40 })).toBe(0)
    expect(overlapOf(box, { ...box, xPx: 20 })).toBeCloseTo(1 / 3, 12)
  })
})

describe('box filter', () => {
  it('learns a constant velocity and predicts with it', () => {
    const filter = createBoxFilter(person(0).box)
    for (let n = 1; n <= 30; n += 1) {
      filter.predict(0.125)
      filter.correct(person(n * 10).box, 0.9)
    }
    filter.predict(0.5)
    expect(filter.box().xPx).toBeGreaterThan(335)
    expect(filter.box().xPx).toBeLessThan(345)
  })

  it('gives the same for one long step as for many short ones while nothing is seen', () => {
    const run = (steps: number) => {
      const filter = createBoxFilter(person(0).box)
      filter.predict(0.1)
      filter.correct(person(10).box, 1)
      for (let n = 0; n < steps; n += 1) filter.predict(1 / steps)
      return filter.box().xPx
    }
    expect(run(1)).toBeCloseTo(run(10), 6)
  })
})

describe('tracker', () => {
  it('confirms on the second detection and keeps the id while the person walks', () => {
    const tracker = createTracker({ idPrefix: 'c-' })
    expect(tracker.update([person(0)], 0, picture)).toEqual([])
    for (let n = 1; n < 40; n += 1) {
      const tracks = tracker.update([person(n * 12)], n * frameUs, picture)
      expect(tracks.map(({ id, state }) => [id, state])).toEqual([['c-1', 'seen']])
    }
  })

  it('keeps two people apart who cross, one of them hidden for half a second', () => {
    const tracker = createTracker({ idPrefix: '' })
    let last = tracker.update([], 0, picture)
    for (let n = 0; n < 40; n += 1) {
      const left = person(n * 10, 100)
      const right = person(400 - n * 10, 110)
      const hidden = n >= 18 && n <= 21
      last = tracker.update(hidden ? [left] : [left, right], n * frameUs, picture)
    }
    expect(last).toHaveLength(2)
    expect(last.find(({ id }) => id === '1')!.box.xPx).toBeGreaterThan(350)
    expect(last.find(({ id }) => id === '2')!.box.xPx).toBeLessThan(50)
  })

  it('holds a track through weak detections, which start none', () => {
    const tracker = createTracker({ idPrefix: '' })
    tracker.update([person(0)], 0, picture)
    tracker.update([person(0)], frameUs, picture)
    for (let n = 2; n < 60; n += 1) {
      const tracks = tracker.update([person(0, 100, 0.2), person(300, 100, 0.2)], n * frameUs, picture)
      expect(tracks.map(({ id, state }) => [id, state])).toEqual([['1', 'seen']])
    }
  })

  it('keeps a lost track where it was, for lostMs, and gives it its id back', () => {
    const tracker = createTracker({ idPrefix: '', lostMs: 2000 })
    tracker.update([person(0)], 0, picture)
    tracker.update([person(0)], frameUs, picture)
    const lost = tracker.update([], 1_000_000, picture)
    expect(lost.map(({ id, state }) => [id, state])).toEqual([['1', 'lost']])
    expect(overlapOf(lost[0]!.box, person(0).box)).toBeGreaterThan(0.8)
    expect(tracker.update([person(2)], 1_125_000, picture).map(({ id }) => id)).toEqual(['1'])
    expect(tracker.update([], 3_200_000, picture)).toEqual([])
  })

  it('never mixes labels, and starts afresh after a reset with new ids', () => {
    const tracker = createTracker({ idPrefix: '' })
    const dog: Detection = { ...person(0), label: 'dog' }
    tracker.update([person(0), dog], 0, picture)
    const both = tracker.update([person(0), dog], frameUs, picture)
    expect(both.map(({ label }) => label).sort()).toEqual(['dog', 'person'])
    tracker.reset()
    tracker.update([person(0)], 0, picture)
    expect(tracker.update([person(0)], frameUs, picture).map(({ id }) => id)).toEqual(['3'])
  })

  it('never shows one id twice in a frame, whatever comes', () => {
    const detections = fc.array(
      fc.record({
        box: fc.record({
          xPx: fc.integer({ min: 0, max: 300 }),
          yPx: fc.integer({ min: 0, max: 200 }),
          widthPx: fc.integer({ min: 1, max: 80 }),
          heightPx: fc.integer({ min: 1, max: 120 }),
        }),
        label: fc.constantFrom('person', 'dog'),
        score: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(fc.array(detections, { maxLength: 20 }), (frames) => {
        const tracker = createTracker({ idPrefix: '' })
        frames.forEach((frame, n) => {
          const tracks = tracker.update(frame, n * frameUs, picture)
          expect(new Set(tracks.map(({ id }) => id)).size).toBe(tracks.length)
          const seen = tracks.filter(({ state }) => state === 'seen')
          expect(seen.length).toBeLessThanOrEqual(frame.length)
          for (const { box } of tracks) {
            expect(box.widthPx).toBeGreaterThan(0)
            expect(Number.isFinite(box.xPx + box.yPx + box.heightPx)).toBe(true)
          }
        })
      }),
    )
  })
})
