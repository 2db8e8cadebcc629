import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calibrationOf, fitTemperature, withTemperature } from '../../../../src/train/evaluate/calibration.ts'
import { evaluate } from '../../../../src/train/evaluate/evaluate.ts'
import { falseAlarmsOf } from '../../../../src/train/evaluate/false-alarms.ts'
import type { Prediction } from '../../../../src/train/evaluate/prediction.ts'
import { says, synthetic } from './synthetic.ts'

const labels = ['walk', 'run', 'fall']
const anyPredictions = fc.array(
  fc
    .record({
      truth: fc.integer({ min: 0, max: 2 }),
      top: fc.integer({ min: 0, max: 2 }),
      confidence: fc.double({ min: 0.4, max: 1, noNaN: true }),
      group: fc.constantFrom('g1', 'g2', 'g3'),
    })
    .map(({ truth, top, ...options }) => says(top, truth, options)),
  { minLength: 1, maxLength: 60 },
)

describe('evaluate', () => {
  it('by hand: accuracy, confusion, precision, recall and F1', () => {
    const predictions = [says(0, 0), says(0, 0), says(1, 0), says(1, 1), says(0, 1)]
    const result = evaluate({ labels, predictions })
    expect(result.accuracy).toBe(0.6)
    expect(result.confusion).toEqual([
      [2, 1, 0],
      [1, 1, 0],
      [0, 0, 0],
    ])
    expect(result.perClass).toEqual([
      { label: 'walk', support: 3, said: 3, precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 },
      { label: 'run', support: 2, said: 2, precision: 0.5, recall: 0.5, f1: 0.5 },
      { label: 'fall', support: 0, said: 0, precision: null, recall: null, f1: null },
    ])
    expect(result.macroF1).toBeCloseTo((2 / 3 + 0.5) / 2, 12)
    expect(result.falseAlarms).toBeNull()
  })

  it('the confusion sums to the items, its diagonal to the right ones; figures lie in their bounds', () => {
    fc.assert(
      fc.property(anyPredictions, (predictions) => {
        const { confusion, accuracy, macroF1, calibration, perClass } = evaluate({ labels, predictions })
        expect(confusion.flat().reduce((a, b) => a + b)).toBe(predictions.length)
        expect(confusion.reduce((sum, row, n) => sum + row[n]!, 0) / predictions.length).toBe(accuracy)
        expect(perClass.reduce((sum, { support }) => sum + support, 0)).toBe(predictions.length)
        for (const value of [accuracy, macroF1, calibration.ece, calibration.brier / 2]) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1)
        }
        expect(calibration.bins.reduce((sum, { items }) => sum + items, 0)).toBe(predictions.length)
      }),
    )
  })

  it('does not care for the order of the items, nor for the names of the labels', () => {
    fc.assert(
      fc.property(anyPredictions, fc.constantFrom<number[]>([1, 2, 0], [2, 1, 0]), (predictions, order) => {
        const before = evaluate({ labels, predictions })
        const turned = evaluate({ labels, predictions: predictions.toReversed() })
        expect(turned.confusion).toEqual(before.confusion)
        expect(turned.calibration.ece).toBeCloseTo(before.calibration.ece, 9)
        const renamed = predictions.map(
          (each): Prediction => ({
            ...each,
            truth: order.indexOf(each.truth),
            probabilities: Float32Array.from(order, (from) => each.probabilities[from]!),
          }),
        )
        // Ties go to the first label, whose name has changed.
        fc.pre(predictions.every(({ probabilities }) => new Set(probabilities).size > 1))
        const after = evaluate({ labels: order.map((from) => labels[from]!), predictions: renamed })
        expect(after.accuracy).toBe(before.accuracy)
        expect(after.macroF1).toBeCloseTo(before.macroF1, 9)
      }),
    )
  })

  it('refuses what does not fit the labels, by name', () => {
    const bad = (change: Partial<Prediction>) => () =>
      evaluate({ labels, predictions: [{ ...says(0, 0, { id: 'clip7' }), ...change }] })
    expect(bad({ truth: 3 })).toThrow(/clip7: label 3/)
    expect(bad({ probabilities: Float32Array.of(1, 0) })).toThrow(/clip7: 2 probabilities for 3 labels/)
    expect(bad({ probabilities: Float32Array.of(Number.NaN, 0, 1) })).toThrow(/clip7.*NaN/)
    expect(() => evaluate({ labels, predictions: [] })).toThrow(/no predictions/)
  })
})

describe('calibration', () => {
  it('is perfect where confidence is accuracy, and off by the difference where it is not', () => {
    const mixed = (right: number, confidence: number) =>
      Array.from({ length: 100 }, (_, n) => says(n < right ? 0 : 1, 0, { confidence }))
    expect(calibrationOf(mixed(80, 0.8)).ece).toBeCloseTo(0, 6)
    expect(calibrationOf(mixed(50, 0.9)).ece).toBeCloseTo(0.4, 6)
    expect(calibrationOf([says(0, 0, { confidence: 1 })])).toMatchObject({ brier: 0, ece: 0 })
    expect(calibrationOf([says(1, 0, { confidence: 1 })]).brier).toBe(2)
  })

  it('finds the temperature that a too sure model was spoilt with', () => {
    // Confidence 0.7 and right 7 times of 10, then sharpened by dividing the logits by 1/3.
    const honest = Array.from({ length: 300 }, (_, n) =>
      says(n % 10 < 7 ? 0 : 1 + (n % 2), 0, { confidence: 0.7 }),
    )
    const sure = honest.map((each) => withTemperature(each, 1 / 3))
    const temperature = fitTemperature(sure)
    expect(temperature).toBeCloseTo(3, 1)
    const result = evaluate({ labels, predictions: sure, validation: sure })
    expect(result.temperature!.calibration.ece).toBeLessThan(result.calibration.ece / 5)
    expect(result.temperature!.calibration.logLoss).toBeLessThan(result.calibration.logLoss)
  })

  it('a temperature changes no label', () => {
    fc.assert(
      fc.property(
        anyPredictions,
        fc.double({ min: 0.3, max: 5, noNaN: true }),
        (predictions, temperature) => {
          const after = predictions.map((each) => withTemperature(each, temperature))
          expect(evaluate({ labels, predictions: after }).accuracy).toBe(
            evaluate({ labels, predictions }).accuracy,
          )
        },
      ),
    )
  })
})

describe('falseAlarmsOf', () => {
  const settings = { thresholds: [null, 0.5, 0.5], footageS: { group: 43_200 } }

  it('merges contiguous positives, and forgives an alarm that meets the label anywhere', () => {
    const predictions = [
      says(2, 0), // false fall …
      says(2, 0), // … the same alarm
      says(0, 0),
      says(2, 1), // another false fall
      says(0, 1),
      says(1, 0), // run, justified by the next
      says(1, 1),
      says(1, 0),
    ]
    const result = falseAlarmsOf(predictions, settings)
    expect(result).toEqual({ count: 2, cameraDays: 0.5, perCameraDay: 4, byLabel: [0, 0, 2] })
  })

  it('keeps groups apart and counts footage without items', () => {
    const predictions = [says(2, 0, { group: 'a' }), says(2, 0, { group: 'b' })]
    const footageS = { a: 86_400, b: 86_400, quiet: 2 * 86_400 }
    expect(falseAlarmsOf(predictions, { ...settings, footageS })).toMatchObject({
      count: 2,
      perCameraDay: 0.5,
    })
    expect(() => falseAlarmsOf(predictions, settings)).toThrow(/a: the seconds of footage are not known/)
  })

  it('orders by time and merges up to the gap', () => {
    const starts: Record<string, number> = { a: 20, b: 0, c: 4 }
    const predictions = ['a', 'b', 'c'].map((id) => says(2, 0, { id }))
    const count = (mergeGapS: number) =>
      falseAlarmsOf(predictions, { ...settings, startS: ({ id }) => starts[id]!, mergeGapS }).count
    expect([count(3), count(5), count(16)]).toEqual([3, 2, 1])
  })
})

describe('synthetic predictions', () => {
  it('have the accuracy that they were made with', () => {
    const { accuracy } = evaluate({
      labels,
      predictions: synthetic({ seed: 1, groups: 50, perGroup: 60, accuracy: 0.8, spread: 0.1 }),
    })
    expect(accuracy).toBeCloseTo(0.8, 1)
  })
})
