import { describe, expect, it } from 'vitest'
import { applyActivation, scoresOf, sigmoid, softmax } from '../../../src/core/activation.ts'

describe('activation', () => {
  it('makes shares of logits that sum to 1, however large they are', () => {
    const shares = softmax([1000, 1000 + Math.log(3)])
    expect(shares[0]).toBeCloseTo(0.25, 9)
    expect(shares[1]).toBeCloseTo(0.75, 9)
    expect(softmax([])).toEqual([])
  })

  it('keeps what is no number visible', () => {
    expect(softmax([0, Number.NaN, 1])).toEqual([Number.NaN, Number.NaN, Number.NaN])
    expect(sigmoid(Number.NaN)).toBeNaN()
    expect([sigmoid(-1e9), sigmoid(0), sigmoid(1e9)]).toEqual([0, 0.5, 1])
  })

  it.each(['softmax', 'sigmoid', 'none'] as const)('gives a row and a batch the same scores: %s', (kind) => {
    const rows = [
      [0.5, -1, 2],
      [3, 0, 0],
    ]
    const batch = Float32Array.from(rows.flat())
    applyActivation(batch, 3, kind)
    for (const [at, value] of rows.flatMap((row) => scoresOf(row, kind)).entries())
      expect(batch[at]).toBeCloseTo(value, 6)
  })
})
