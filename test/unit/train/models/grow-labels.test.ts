import { describe, expect, it } from 'vitest'
import { layOut } from '../../../../src/train/autodiff/parameters.ts'
import { growLabels } from '../../../../src/train/models/grow-labels.ts'
import { createSkeletonNet } from '../../../../src/train/models/skeleton-net.ts'
import { startWeights } from '../../../../src/train/run/fine-tune.ts'

const settings = { frames: 4, labels: ['standing', 'falling'], width: 4, hidden: 6, dilations: [1, 2] }
const weights = startWeights(createSkeletonNet(settings), 5)

describe('more labels for a network of skeletons', () => {
  it('leaves all weights and known columns as they are; a new column is the mean of the others', () => {
    const grown = growLabels({ settings, weights }, ['flagging'])
    expect(grown.settings.labels).toEqual(['standing', 'falling', 'flagging'])
    const [old, fresh] = [settings, grown.settings].map(
      (each) => layOut(createSkeletonNet(each).parameters).entries,
    )
    for (const { name, start, count } of fresh!) {
      const before = old!.find((entry) => entry.name === name)!
      const was = weights.subarray(before.start, before.start + before.count)
      const is = grown.weights.subarray(start, start + count)
      if (!name.startsWith('head.')) expect(is).toEqual(was)
      else
        for (let row = 0; row * 3 < count; row += 1) {
          expect([...is.subarray(row * 3, row * 3 + 2)]).toEqual([...was.subarray(row * 2, row * 2 + 2)])
          expect(is[row * 3 + 2]).toBeCloseTo((was[row * 2]! + was[row * 2 + 1]!) / 2, 6)
        }
    }
  })

  it('is the same network where nothing is added', () => {
    expect(growLabels({ settings, weights }, [])).toEqual({ settings, weights })
  })
})
