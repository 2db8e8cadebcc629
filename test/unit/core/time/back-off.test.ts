import { describe, expect, it } from 'vitest'
import { backOffMs } from '../../../../src/core/time/back-off.ts'

describe('back-off', () => {
  const waits = { firstMs: 250, mostMs: 10_000 }

  it('doubles up to the longest, also after a very long outage', () => {
    expect([1, 2, 3, 6, 7, 5000].map((failures) => backOffMs(failures, waits))).toEqual([
      250, 500, 1000, 8000, 10_000, 10_000,
    ])
  })

  it('takes a share between half and all of it where there are others', () => {
    expect(backOffMs(3, { ...waits, random: () => 0 })).toBe(500)
    expect(backOffMs(3, { ...waits, random: () => 0.5 })).toBe(750)
    expect(backOffMs(9, { ...waits, random: () => 0.999 })).toBeLessThan(10_000)
  })
})
