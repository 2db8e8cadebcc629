import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findLeaks, type SplitItem, splitByGroup } from '../../../../src/train/evaluate/split-by-group.ts'

const shares = { train: 0.6, validation: 0.2, test: 0.2 }

function footage(groups: number, perGroup: number, labels: readonly string[]): SplitItem[] {
  return Array.from({ length: groups * perGroup }, (_, index) => ({
    id: `clip${index}`,
    group: `day${Math.floor(index / perGroup)}`,
    label: labels[index % labels.length]!,
  }))
}

const anyFootage = fc
  .array(fc.record({ group: fc.integer({ min: 0, max: 9 }), label: fc.constantFrom('a', 'b', null) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((list): SplitItem[] =>
    list.map(({ group, label }, index) => ({ id: `clip${index}`, group: `day${group}`, label })),
  )

describe('splitByGroup', () => {
  it('keeps every item once, every group whole and no side empty', () => {
    fc.assert(
      fc.property(anyFootage, fc.integer(), (items, seed) => {
        fc.pre(new Set(items.map(({ group }) => group)).size >= 3)
        const { split } = splitByGroup({ items, shares, seed })
        const all = [...split.train, ...split.validation, ...split.test]
        expect(all.map(({ id }) => id).sort()).toEqual(items.map(({ id }) => id).sort())
        expect(findLeaks(split)).toEqual([])
        expect(Math.min(split.train.length, split.validation.length, split.test.length)).toBeGreaterThan(0)
      }),
      { numRuns: 60 },
    )
  })

  it('depends on the seed alone, not on the order of the items', () => {
    const items = footage(12, 7, ['walk', 'run', 'fall'])
    const idsOf = (list: readonly SplitItem[], seed: number) =>
      splitByGroup({ items: list, shares, seed })
        .split.test.map(({ id }) => id)
        .sort()
    expect(idsOf(items.toReversed(), 5)).toEqual(idsOf(items, 5))
    const tests = [1, 2, 3, 4, 5].map((seed) => idsOf(items, seed).join())
    expect(new Set(tests).size).toBeGreaterThan(1)
  })

  it('leaves groups that have a side where they are', () => {
    fc.assert(
      fc.property(
        anyFootage,
        fc.integer(),
        fc.constantFrom('train', 'validation', 'test'),
        (items, seed, side) => {
          const groups = [...new Set(items.map(({ group }) => group))].sort()
          fc.pre(groups.length >= 4)
          const fixed = new Map([
            [groups[0]!, side as 'train'],
            [groups[1]!, 'test' as const],
          ])
          const { split } = splitByGroup({ items, shares, seed, fixed })
          for (const [group, where] of fixed)
            for (const item of items.filter((each) => each.group === group))
              expect(split[where]).toContain(item)
          expect(findLeaks(split)).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('meets the shares of items and labels where groups are small', () => {
    const items = footage(50, 6, ['walk', 'run', 'fall'])
    const { split, missing } = splitByGroup({ items, shares, seed: 1 })
    expect(missing).toEqual([])
    for (const side of ['train', 'validation', 'test'] as const)
      for (const label of ['walk', 'run', 'fall'])
        expect(split[side].filter((item) => item.label === label).length).toBe(100 * shares[side])
  })

  it('puts a rare label on every side when three groups have it', () => {
    const items = footage(9, 10, ['walk']).map((item) =>
      ['day2', 'day5', 'day6'].includes(item.group) && item.id.endsWith('0')
        ? { ...item, label: 'fall' }
        : item,
    )
    for (const seed of [1, 2, 3]) expect(splitByGroup({ items, shares, seed }).missing).toEqual([])
  })

  it('names the labels that a side lacks', () => {
    const items = footage(6, 4, ['walk']).map((item) =>
      item.group === 'day0' ? { ...item, label: 'fall' } : item,
    )
    const { missing } = splitByGroup({ items, shares, seed: 1 })
    expect(missing.map(({ label }) => label)).toEqual(['fall', 'fall'])
  })

  it('refuses too few groups, and shares that do not sum to 1', () => {
    expect(() => splitByGroup({ items: footage(2, 30, ['walk']), shares, seed: 1 })).toThrow(
      expect.objectContaining({ code: 'TRAIN_SPLIT', message: expect.stringMatching(/at least 3 groups/) }),
    )
    expect(() =>
      splitByGroup({ items: footage(5, 3, ['walk']), shares: { ...shares, test: 0.3 }, seed: 1 }),
    ).toThrow(/sum to 1/)
    const two = splitByGroup({
      items: footage(2, 30, ['walk']),
      shares: { train: 0.5, validation: 0, test: 0.5 },
      seed: 1,
    })
    expect(two.split.validation).toEqual([])
  })
})

describe('findLeaks', () => {
  it('names groups and items on more than one side', () => {
    const split = {
      train: [{ id: 'a', group: 'gate monday' }],
      validation: [{ id: 'b', group: 'gate tuesday' }],
      test: [
        { id: 'c', group: 'gate monday' },
        { id: 'b', group: 'dock' },
      ],
    }
    expect(findLeaks(split)).toEqual([
      { kind: 'group', name: 'gate monday', sides: ['train', 'test'] },
      { kind: 'item', name: 'b', sides: ['validation', 'test'] },
    ])
  })
})
