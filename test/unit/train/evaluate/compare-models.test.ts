import { describe, expect, it } from 'vitest'
import { bootstrapDifference, pairPredictions } from '../../../../src/train/evaluate/bootstrap.ts'
import { compareModels, guessing } from '../../../../src/train/evaluate/compare-models.ts'
import { accuracyOf } from '../../../../src/train/evaluate/confusion.ts'
import { evaluate } from '../../../../src/train/evaluate/evaluate.ts'
import { mcNemar, signTest } from '../../../../src/train/evaluate/mcnemar.ts'
import type { Prediction } from '../../../../src/train/evaluate/prediction.ts'
import { says, synthetic } from './synthetic.ts'

const labels = ['walk', 'run', 'fall']

describe('bootstrapDifference', () => {
  const champion = synthetic({ seed: 1, groups: 12, perGroup: 20, accuracy: 0.7 })
  const challenger = synthetic({ seed: 2, groups: 12, perGroup: 20, accuracy: 0.85 })

  it('is the same for the same seed, holds the difference, and narrows with less confidence', () => {
    const paired = pairPredictions(champion, challenger)
    const at = (seed: number, confidence = 0.95) =>
      bootstrapDifference(paired, accuracyOf, { seed, confidence, resamples: 500 })
    expect(at(7)).toEqual(at(7))
    expect(at(7)).not.toEqual(at(8))
    const { low, high, difference } = at(7)
    expect(difference).toBeCloseTo(accuracyOf(challenger) - accuracyOf(champion), 12)
    expect(low).toBeLessThan(difference)
    expect(high).toBeGreaterThan(difference)
    expect(at(7, 0.5).high - at(7, 0.5).low).toBeLessThan(high - low)
  })

  it('gives nothing away between equal models', () => {
    const result = bootstrapDifference(pairPredictions(champion, champion), accuracyOf, {
      seed: 1,
      resamples: 200,
    })
    expect([result.low, result.difference, result.high]).toEqual([0, 0, 0])
  })

  it('pairs by id, whatever the order', () => {
    const options = { seed: 3, resamples: 300 }
    const shuffled = pairPredictions(champion.toReversed(), challenger)
    expect(bootstrapDifference(shuffled, accuracyOf, options)).toEqual(
      bootstrapDifference(pairPredictions(champion, challenger), accuracyOf, options),
    )
  })

  it('covers the true difference about as often as it says, also where groups differ', () => {
    // A group moves both models, and each by itself as well; the true difference is 0.1.
    const trials = 120
    let covered = 0
    for (let trial = 0; trial < trials; trial += 1) {
      const sample = (accuracy: number, seed: number) =>
        synthetic({ seed, groups: 15, perGroup: 8, accuracy, spread: 0.15 })
      const paired = pairPredictions(sample(0.7, 1000 + trial), sample(0.8, 9000 + trial))
      const { low, high } = bootstrapDifference(paired, accuracyOf, {
        seed: trial,
        resamples: 200,
        confidence: 0.9,
      })
      if (low <= 0.1 && 0.1 <= high) covered += 1
    }
    expect(covered / trials).toBeGreaterThan(0.85)
    expect(covered / trials).toBeLessThan(1)
  })

  it('refuses items that are not the same', () => {
    expect(() => pairPredictions(champion, challenger.slice(1))).toThrow(/same items, each once/)
    const other = challenger.map((each, n) => (n === 3 ? { ...each, truth: (each.truth + 1) % 3 } : each))
    expect(() => pairPredictions(champion, other)).toThrow(/0\/3: not scored by both/)
  })
})

describe('mcNemar', () => {
  it('is the exact sign test', () => {
    // 2 · (1 + 8 + 28) / 256
    expect(signTest(2, 6)).toBeCloseTo(74 / 256, 12)
    expect(signTest(0, 0)).toBe(1)
    expect(signTest(5, 5)).toBe(1)
    expect(signTest(0, 10)).toBeCloseTo(2 / 1024, 12)
    expect(signTest(900, 1100)).toBeGreaterThan(1e-6)
    expect(signTest(900, 1100)).toBeLessThan(1e-4)
  })

  it('counts what only one of the two has right', () => {
    const champion = [says(0, 0), says(1, 0), says(1, 0), says(0, 0)]
    const challenger = [says(0, 0), says(0, 0), says(0, 0), says(2, 0)]
    expect(mcNemar({ champion, challenger })).toMatchObject({ fixed: 2, broken: 1 })
  })
})

describe('compareModels', () => {
  const candidate = (name: string, predictions: Prediction[]) => ({
    name,
    predictions,
    evaluation: evaluate({ labels, predictions }),
  })
  const item = (id: string, top: number, truth: number) => says(top, truth, { id })

  it('lists the clips that are right now, wrong now, and still wrong', () => {
    const champion = candidate('old', [item('a', 0, 0), item('b', 1, 0), item('c', 2, 1), item('d', 1, 1)])
    const challenger = candidate('new', [item('d', 0, 1), item('c', 0, 1), item('b', 0, 0), item('a', 0, 0)])
    const { changes, accuracy } = compareModels({ champion, challenger, seed: 1, resamples: 200 })
    const change = (id: string, truth: string, before: string, now: string) => ({
      id,
      group: 'group',
      truth,
      champion: before,
      challenger: now,
    })
    expect(changes).toEqual({
      fixed: [change('b', 'walk', 'run', 'walk')],
      broken: [change('d', 'run', 'run', 'walk')],
      stillWrong: [change('c', 'run', 'fall', 'walk')],
      stillRight: 1,
    })
    expect(accuracy.difference).toBe(0)
  })

  it('refuses models with other labels', () => {
    const predictions = [item('a', 0, 0)]
    const champion = candidate('old', predictions)
    const evaluation = evaluate({ labels: ['walk', 'fall', 'run'], predictions })
    expect(() => compareModels({ champion, challenger: { ...champion, evaluation }, seed: 1 })).toThrow(
      /same labels in the same order/,
    )
  })

  it('has something to beat where there is no champion: the most frequent label of few, guessing of many', () => {
    const uneven = [item('a', 1, 2), ...['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => item(id, 0, 1))]
    const frequent = guessing(3, uneven)
    expect(frequent.name).toBe('the most frequent label')
    expect(accuracyOf(frequent.predictions)).toBeCloseTo(7 / 8, 12)
    expect(frequent.predictions.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    const even = Array.from({ length: 24 }, (_, n) => item(`${n}`, 0, n % 4))
    const equal = guessing(4, even)
    expect(equal.name).toBe('guessing all labels equally often')
    expect(accuracyOf(equal.predictions)).toBeCloseTo(1 / 4, 12)
    const three = guessing(4, even.slice(0, 12))
    expect(accuracyOf(three.predictions)).toBeCloseTo(1 / 4, 12)
  })
})
