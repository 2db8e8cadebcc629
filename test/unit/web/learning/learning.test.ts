import { describe, expect, it } from 'vitest'
import { meaningOf, placeOf, reachOf } from '../../../../src/web/learning/interval.ts'
import { versionRows } from '../../../../src/web/learning/version-tree.ts'

const of = (version: string, parent: string | null) => ({ version, parent })
const rows = (list: { version: string; parent: string | null }[]) =>
  versionRows(list).map(({ value, depth }) => `${'-'.repeat(depth)}${value.version}`)

describe('the tree of versions', () => {
  it('stands each below the one that it grew from, the newest first', () => {
    expect(rows([of('5', '2'), of('4', '1'), of('3', '2'), of('2', '1'), of('1', null)])).toEqual([
      '1',
      '-4',
      '-2',
      '--5',
      '--3',
    ])
  })

  it('begins anew where a parent is gone, and loses none that name each other', () => {
    expect(rows([of('3', 'gone'), of('2', '1'), of('1', '2'), of('0', '0')])).toEqual(['3', '0', '2', '-1'])
  })
})

describe('the interval of a difference', () => {
  it('reaches as far on both sides, and says what it means', () => {
    expect(reachOf([{ low: -0.01, high: 0.12 }])).toBe(0.15)
    expect(reachOf([{ low: 0, high: 0 }])).toBe(0.05)
    expect([0, 0.1, -0.2, 9].map((each) => placeOf(each, 0.2))).toEqual([50, 75, 0, 100])
    expect([
      meaningOf({ low: 0.01, high: 0.2 }),
      meaningOf({ low: -0.2, high: -0.1 }),
      meaningOf({ low: -0.1, high: 0.1 }),
    ]).toEqual(['better', 'worse', 'unsure'])
  })
})
