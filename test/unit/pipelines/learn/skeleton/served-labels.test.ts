import { describe, expect, it } from 'vitest'
import { servedLabels } from '../../../../../pipelines/learn/skeleton/served-labels.ts'

const labels = [
  { name: 'walking', threshold: 1, background: true },
  { name: 'fighting', threshold: 0.7, background: false },
  { name: 'falling', threshold: 0.6, background: false },
  { name: 'flagging', threshold: 0.5, background: false },
]
const footage = ['fighting', 'flagging', 'walking']
/** Clips of the labels of the footage; fights have scores over 0.8 and under them everything else is under 0.75. */
const said = (fights: number, others: number) =>
  Array.from({ length: fights + others }, (_, n) => {
    const isFight = n < fights
    const peaks = Float32Array.of(isFight ? 0.85 : 0.75, isFight ? 0.1 : 0.9, 0)
    return { id: `${n}`, group: `${n}`, truth: isFight ? 0 : 1, probabilities: peaks, peaks }
  })
const thresholds = (more: object) =>
  servedLabels(labels, { known: 3, footage, said: said(5, 5), notLearned: true, few: true, ...more }).map(
    ({ threshold }) => threshold,
  )

describe('thresholds of a version of the skeleton model', () => {
  it('are set anew of known alerts that enough clips show, and of new labels', () => {
    const [walking, fighting, falling, flagging] = thresholds({})
    expect(walking).toBe(1)
    expect(fighting).toBeGreaterThan(0.75)
    expect(fighting).toBeLessThan(0.86)
    expect(falling).toBe(0.6)
    expect(flagging).toBeGreaterThanOrEqual(0.5)
  })

  it.each([
    ['too few clips show it', { said: said(4, 9) }],
    ['too few clips do not', { said: said(9, 4) }],
    ['all were learned from', { notLearned: false }],
    ['nothing was said', { said: [] }],
  ])('stay of known ones where %s', (_, more) => {
    expect(thresholds(more).slice(0, 3)).toEqual([1, 0.7, 0.6])
  })

  it('keep names, order and what never alerts', () => {
    const served = servedLabels(labels, { known: 3, footage, said: said(6, 6), notLearned: true })
    expect(served.map(({ name, background }) => [name, background])).toEqual(
      labels.map(({ name, background }) => [name, background]),
    )
  })
})
