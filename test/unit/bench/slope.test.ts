import { describe, expect, it } from 'vitest'
import { slope } from '../../bench/soak/slope.ts'

describe('slope', () => {
  it('is that of a line, and near it with noise around', () => {
    expect(slope([0, 1, 2, 3].map((x) => [x, 5 - 2 * x]))).toBeCloseTo(-2, 12)
    expect(slope(Array.from({ length: 100 }, (_, x) => [x, 3 * x + (x % 2 === 0 ? 1 : -1)]))).toBeCloseTo(
      3,
      2,
    )
  })

  it('is 0 where there is none', () => {
    expect(slope([])).toBe(0)
    expect(
      slope([
        [1, 1],
        [1, 9],
      ]),
    ).toBe(0)
  })
})
