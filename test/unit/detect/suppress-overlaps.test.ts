import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overlapOf } from '../../../src/core/box-overlap.ts'
import type { Detection } from '../../../src/core/detection.ts'
import { suppressOverlaps } from '../../../src/detect/suppress-overlaps.ts'

const side = fc.integer({ min: 1, max: 40 })
const detection = fc.record({
  box: fc.record({
    xPx: fc.integer({ min: 0, max: 60 }),
    yPx: fc.integer({ min: 0, max: 60 }),
    widthPx: side,
    heightPx: side,
  }),
  label: fc.constantFrom('person', 'car'),
  score: fc.double({ min: 0, max: 1, noNaN: true }),
})
const limit = fc.double({ min: 0.05, max: 0.95, noNaN: true })

describe('suppression of overlaps', () => {
  it('leaves no two boxes of a label that overlap more, and drops only what a surer kept box covers', () => {
    fc.assert(
      fc.property(fc.array(detection, { maxLength: 25 }), limit, (all, iou) => {
        const kept = suppressOverlaps(all, { iou, most: 100 })
        const covers = (a: Detection, b: Detection) => a.label === b.label && overlapOf(a.box, b.box) > iou
        for (const [at, one] of kept.entries())
          for (const other of kept.slice(at + 1)) expect(covers(one, other)).toBe(false)
        for (const dropped of all.filter((one) => !kept.includes(one)))
          expect(kept.some((one) => covers(one, dropped) && one.score >= dropped.score)).toBe(true)
      }),
    )
  })

  it('gives the same when its result is given to it again, sorted by score, at most so many', () => {
    fc.assert(
      fc.property(fc.array(detection, { maxLength: 25 }), limit, (all, iou) => {
        const kept = suppressOverlaps(all, { iou, most: 7 })
        expect(suppressOverlaps(kept, { iou, most: 7 })).toEqual(kept)
        expect(kept.length).toBeLessThanOrEqual(7)
        expect(kept.map(({ score }) => score)).toEqual(kept.map(({ score }) => score).sort((a, b) => b - a))
      }),
    )
  })
})
