import { describe, expect, it } from 'vitest'
import {
  averagePrecision,
  bestThreshold,
  labelScores,
  pointAt,
} from '../../../../src/train/evaluate/multi-label-metrics.ts'

const list = [
  { score: 0.9, truth: true },
  { score: 0.8, truth: false },
  { score: 0.7, truth: true },
  { score: 0.2, truth: false },
]

describe('measures of one label', () => {
  it('averagePrecision is the mean precision at the true entries', () => {
    expect(averagePrecision(list)).toBeCloseTo((1 + 2 / 3) / 2, 12)
    expect(averagePrecision([])).toBeNaN()
  })

  it('pointAt counts what a threshold finds, invents and misses', () => {
    expect(pointAt(list, 0.75)).toEqual({ threshold: 0.75, precision: 0.5, recall: 0.5, f1: 0.5 })
    expect(pointAt(list, 0.95)).toMatchObject({ precision: 1, recall: 0, f1: 0 })
  })

  it('bestThreshold prefers few false alarms with a small beta and few misses with a large one', () => {
    expect(bestThreshold(list, 0.5)).toMatchObject({ precision: 1, recall: 0.5 })
    expect(bestThreshold(list, 2)).toMatchObject({ recall: 1 })
  })

  it('labelScores takes one column and leaves masked entries out', () => {
    const arrays = {
      scores: Float32Array.of(0.5, 0.25, 0.75, 1),
      target: Float32Array.of(1, 0, 0, 1),
      weight: Float32Array.of(1, 1, 1, 0),
    }
    expect(labelScores(arrays, 0, 2)).toEqual([
      { score: 0.5, truth: true },
      { score: 0.75, truth: false },
    ])
    expect(labelScores(arrays, 1, 2)).toEqual([{ score: 0.25, truth: false }])
  })
})
