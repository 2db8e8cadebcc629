import { describe, expect, it } from 'vitest'
import { createDrawOrder } from '../../../../src/train/data/draw-order.ts'

const classes = [0, 0, 0, 0, 0, 1, 2, 2]
const counts = (items: readonly number[]) =>
  items.reduce((sum, item) => sum.set(item, (sum.get(item) ?? 0) + 1), new Map<number, number>())
const draws = (order: { itemOf(draw: number): number }, from: number, count: number) =>
  Array.from({ length: count }, (_, n) => order.itemOf(from + n))

describe('draw order', () => {
  it('draws every item once in each pass, in another order', () => {
    const order = createDrawOrder({ seed: 1, classes, balance: 'none' })
    const passes = [0, 8, 16].map((from) => draws(order, from, 8))
    for (const pass of passes) expect([...pass].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(new Set(passes.map(String)).size).toBe(3)
  })

  it('draws every class equally often, and within one every item equally often', () => {
    const order = createDrawOrder({ seed: 1, classes, balance: 'classes' })
    const drawn = draws(order, 0, 30)
    const byClass = counts(drawn.map((item) => classes[item]!))
    expect([0, 1, 2].map((label) => byClass.get(label))).toEqual([10, 10, 10])
    const items = counts(drawn)
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((item) => items.get(item))).toEqual([2, 2, 2, 2, 2, 10, 5, 5])
  })

  it.each(['none', 'classes'] as const)('can begin anywhere (%s)', (balance) => {
    const whole = draws(createDrawOrder({ seed: 3, classes, balance }), 0, 60)
    expect(draws(createDrawOrder({ seed: 3, classes, balance }), 37, 23)).toEqual(whole.slice(37))
    expect(draws(createDrawOrder({ seed: 4, classes, balance }), 0, 60)).not.toEqual(whole)
  })
})
