import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rowsInView, scrollToShow } from '../../../../src/web/pieces/rows-in-view.ts'

const view = { topPx: 0, heightPx: 760, rowHeightPx: 76 }

it('draws what is seen and a little more, however long the list', () => {
  expect(rowsInView({ ...view, count: 100_000 })).toEqual({ first: 0, last: 18 })
  expect(rowsInView({ ...view, topPx: 76 * 50_000, count: 100_000 })).toEqual({ first: 49_992, last: 50_018 })
  expect(rowsInView({ ...view, count: 3 })).toEqual({ first: 0, last: 2 })
  expect(rowsInView({ ...view, count: 0 }).last).toBe(-1)
  // It was longer a moment ago.
  expect(rowsInView({ ...view, topPx: 76 * 500, count: 10 })).toEqual({ first: 1, last: 9 })
})

it('scrolls no further than needed to show a row', () => {
  const any = fc.record({
    topPx: fc.nat(1e6),
    heightPx: fc.integer({ min: 76, max: 2000 }),
    row: fc.nat(10_000),
  })
  fc.assert(
    fc.property(any, ({ row, ...where }) => {
      const topPx = scrollToShow(row, { ...where, rowHeightPx: 76 }) ?? where.topPx
      expect(topPx).toBeLessThanOrEqual(row * 76)
      expect(topPx + where.heightPx).toBeGreaterThanOrEqual((row + 1) * 76)
    }),
  )
  expect(scrollToShow(3, view)).toBeNull()
})
