import { describe, expect, it } from 'vitest'
import { knownReasons } from '../../../../src/train/evaluate/gate-known.ts'
import { gateRulesSchema } from '../../../../src/train/evaluate/gate-rules.ts'

const rules = gateRulesSchema.parse({})
const action = (label: string, before: number, now: number, windows = 100) => ({
  label,
  windows,
  before,
  now,
  changed: Math.round(Math.abs(before - now) * windows),
})

describe('what a version may forget of what labelled footage does not show', () => {
  it('is nothing where nothing was measured', () => {
    expect(knownReasons(rules, [])).toEqual([])
    expect(knownReasons(rules, [action('falling', 1, 0, 4)])).toEqual([])
  })

  it('is a little on the mean', () => {
    const [fine] = knownReasons(rules, [action('falling', 0.9, 0.86), action('walking', 0.9, 0.9)])
    expect(fine).toMatchObject({ rule: 'known', holds: true, limit: 0.05 })
    expect(fine!.measured).toBeCloseTo(0.02, 9)
    expect(fine!.text).toMatch(
      /^Of 2 actions that it knew, 88\.0 % are recognised .* against 90\.0 % before; falling loses most, 4\.0 points/,
    )
    const [much] = knownReasons(rules, [action('falling', 0.9, 0.84), action('walking', 0.9, 0.84)])
    expect(much!.holds).toBe(false)
  })

  it('is of one action no more than chance explains', () => {
    const others = ['a', 'b', 'c'].map((label) => action(label, 0.9, 0.9))
    expect(knownReasons(rules, [...others, action('falling', 0.9, 0.8, 60)])[0]!.holds).toBe(true)
    expect(knownReasons(rules, [...others, action('falling', 0.9, 0.75, 200)])[0]!.holds).toBe(false)
  })
})
