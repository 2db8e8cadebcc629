import { describe, expect, it } from 'vitest'
import { noPlateau, type PlateauRule, plateauAfter, plateauRate } from '../../../../src/train/run/plateau.ts'

const rule: PlateauRule = { least: 150, most: 600, window: 50, chance: 1.4, floor: 0.35 }

/** When the rate falls and the run ends, for a curve of losses. */
function decided(lossAt: (step: number) => number, given = rule) {
  let state = noPlateau
  for (let done = 1; done <= given.most && !state.decided; done += 1)
    state = plateauAfter(state, given, done, lossAt(done))
  return state.decided
}

describe('the plateau', () => {
  it.each([
    ['of a curve that falls and then stays', (n: number) => (n < 250 ? 1.4 - n * 0.0025 : 0.775), 350, 490],
    ['of what is learned at once, not before the least', () => 0.36, 150, 210],
    [
      'of a curve that always falls, in time to end with the most',
      (n: number) => 1.4 / (1 + n / 100) + 0.35,
      428,
      600,
    ],
    ['of a curve that never begins to fall: that is none', () => 1.39, 428, 600],
  ])('%s', (_name, lossAt, from, end) => {
    expect(decided(lossAt)).toEqual({ from, end })
  })

  it('is not mistaken for the flat curve before learning begins', () => {
    const found = decided((n) => (n < 250 ? 1.38 : Math.max(0.36, 1.38 - (n - 250) * 0.02)))
    expect(found!.from).toBe(350)
  })

  it('has a rate that rises, stays, and falls to nothing from where it was decided', () => {
    const rate = (step: number, at: { from: number; end: number } | null) =>
      plateauRate(step, at, { warmup: 10, peak: 1 })
    expect([rate(0, null), rate(9, null), rate(500, null)]).toEqual([0.1, 1, 1])
    const at = { from: 100, end: 140 }
    expect([rate(99, at), rate(100, at), rate(120, at)]).toEqual([1, 1, 0.5])
    expect(rate(139, at)).toBeLessThan(0.01)
  })
})
