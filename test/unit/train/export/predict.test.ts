import { describe, expect, it } from 'vitest'
import { predictClips, scorePredictions, viewStarts } from '../../../../src/train/export/predict.ts'
import { startWeights } from '../../../../src/train/run/fine-tune.ts'
import { tinyFootage, tinyModel } from '../tiny-footage.ts'

const source = tinyFootage({ seed: 5, perLabel: 2, labels: ['left', null, 'right'] })
const weights = startWeights(tinyModel, 3).map((value) => value * 3)
const predict = (viewsPerItem: number, batch: number, from = source) =>
  predictClips({
    model: tinyModel,
    weights,
    source: from,
    labels: tinyModel.labels,
    viewsPerItem,
    batch,
    threads: 1,
  })

describe('predictClips', () => {
  it('says what is likely of every labelled item, whatever the batch', async () => {
    const one = await predict(3, 1)
    expect(one.map(({ id, group, truth }) => [id, group, truth])).toEqual([
      ['left-5-0', 'scene-5-left-0', 1],
      ['left-5-1', 'scene-5-left-1', 1],
      ['right-5-0', 'scene-5-right-0', 0],
      ['right-5-1', 'scene-5-right-1', 0],
    ])
    for (const { probabilities } of one) expect(probabilities[0]! + probabilities[1]!).toBeCloseTo(1, 5)
    const many = await predict(3, 7)
    many.forEach(({ probabilities }, n) => {
      expect(probabilities[0]).toBeCloseTo(one[n]!.probabilities[0]!, 5)
    })
  })

  it('averages the views of an item', async () => {
    const frameBytes = 16 * 16 * 3
    const shifted = (by: number) => ({
      ...source,
      items: source.items.map((item) => ({ ...item, frameCount: 4 })),
      read: (item: number, start: number, count: number, out: Uint8Array) =>
        source.read(item, start + by, count, out.subarray(0, count * frameBytes)),
    })
    const [first, last, both] = [
      await predict(1, 8, shifted(0)),
      await predict(1, 8, shifted(4)),
      await predict(2, 8),
    ]
    both.forEach(({ probabilities }, n) => {
      const mean = (first[n]!.probabilities[0]! + last[n]!.probabilities[0]!) / 2
      expect(probabilities[0]).toBeCloseTo(mean, 5)
    })
  })

  it('refuses a label that it does not know', async () => {
    const strange = tinyFootage({ seed: 5, perLabel: 1, labels: ['up'] })
    await expect(predict(1, 1, strange)).rejects.toMatchObject({ code: 'TRAIN_LABEL' })
  })

  it('stops when it shall', async () => {
    const options = {
      model: tinyModel,
      weights,
      source,
      labels: tinyModel.labels,
      viewsPerItem: 1,
      batch: 1,
      threads: 1,
    }
    await expect(predictClips({ ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'TRAIN_STOPPED',
    })
  })
})

describe('viewStarts', () => {
  it.each([
    [20, 8, 1, [6]],
    [20, 8, 3, [0, 6, 12]],
    [9, 8, 4, [0, 1]],
    [3, 8, 5, [0]],
  ])('spreads over %i frames', (frameCount, clip, views, starts) => {
    expect(viewStarts(frameCount, clip, views)).toEqual(starts)
  })
})

describe('scorePredictions', () => {
  it('counts what is right and how sure of the truth it is', () => {
    const of = (truth: number, ...probabilities: number[]) => ({
      id: '',
      group: '',
      truth,
      probabilities: Float32Array.from(probabilities),
    })
    const { loss, accuracy } = scorePredictions([of(0, 0.5, 0.25, 0.25), of(2, 0.5, 0.25, 0.25)])
    expect(accuracy).toBe(0.5)
    expect(loss).toBeCloseTo((Math.log(2) + Math.log(4)) / 2, 5)
  })
})
