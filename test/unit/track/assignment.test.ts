import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign } from '../../../src/track/assignment.ts'

/** The best total by trying every way; a row may stay alone at the price of maxCost. */
function bruteForce(cost: number[][], maxCost: number): number {
  const columns = cost[0]?.length ?? 0
  const best = (row: number, used: number): number => {
    if (row === cost.length) return 0
    let least = maxCost + best(row + 1, used)
    for (let column = 0; column < columns; column += 1)
      if (!(used & (1 << column)) && cost[row]![column]! <= maxCost)
        least = Math.min(least, cost[row]![column]! + best(row + 1, used | (1 << column)))
    return least
  }
  return best(0, 0)
}

describe('assignment', () => {
  it('is as cheap as the best of all ways, and uses no column twice', () => {
    const matrix = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
      .chain(([rows, columns]) =>
        fc.array(
          fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: columns, maxLength: columns }),
          {
            minLength: rows,
            maxLength: rows,
          },
        ),
      )
    fc.assert(
      fc.property(matrix, fc.double({ min: 0.1, max: 1.5, noNaN: true }), (cost, maxCost) => {
        const result = assign(cost, maxCost)
        const taken = result.filter((column) => column >= 0)
        expect(new Set(taken).size).toBe(taken.length)
        const total = result.reduce(
          (sum, column, row) => sum + (column < 0 ? maxCost : cost[row]![column]!),
          0,
        )
        expect(total).toBeCloseTo(bruteForce(cost, maxCost), 9)
      }),
    )
  })

  it('never makes a pair that is too dear or impossible', () => {
    expect(assign([[0.9, Number.POSITIVE_INFINITY]], 0.8)).toEqual([-1])
    expect(assign([[Number.POSITIVE_INFINITY, 0.5]], 0.8)).toEqual([1])
  })

  it('answers for empty sides', () => {
    expect(assign([], 1)).toEqual([])
    expect(assign([[], []], 1)).toEqual([-1, -1])
  })
})
