import { describe, expect, it } from 'vitest'
import { choose, mostChosen, none } from '../../../../src/web/review/choose-range.ts'
import { meantLabels, suggestLabels, takeLabel, typedLabels } from '../../../../src/web/review/pick-label.ts'
import { readFilter, withField, writeFilter } from '../../../../src/web/review/queue-filter.ts'
import { leastMs, loopPart, moveEdge, timeAt } from '../../../../src/web/review/trim.ts'
import { swipeOf } from '../../../../src/web/review/use-swipe.ts'

describe('the filter in the address', () => {
  it('is read and written the same, without what is usual', () => {
    const search = 'reason=alert&camera=gate&label=falling'
    expect(writeFilter(readFilter(new URLSearchParams(search)))).toEqual({
      reason: 'alert',
      camera: 'gate',
      label: 'falling',
    })
    expect(writeFilter(readFilter(new URLSearchParams('state=waiting')))).toEqual({})
    expect(writeFilter(readFilter(new URLSearchParams('state=done&shows=x')))).toEqual({
      state: 'done',
      shows: 'x',
    })
  })

  it('takes what is said wrongly as not said', () => {
    expect(readFilter(new URLSearchParams('state=lost&reason=why&camera='))).toEqual({ state: 'waiting' })
  })

  it('takes a field away again', () => {
    const gate = withField({ state: 'done' }, 'camera', 'gate')
    expect(gate).toEqual({ state: 'done', camera: 'gate' })
    expect(withField(gate, 'camera', '')).toEqual({ state: 'done' })
    expect(withField(gate, 'state', '')).toEqual({ state: 'waiting', camera: 'gate' })
  })
})

describe('labels that are typed', () => {
  const labels = ['falling', 'waving', 'walking', 'walking fast']

  it('are parted by commas of both scripts, each once', () => {
    expect(typedLabels(' a, b，a、 ')).toEqual(['a', 'b'])
  })

  it('are suggested by their beginning, then by what they hold, without those that stand already', () => {
    expect(suggestLabels('wa', labels)).toEqual(['waving', 'walking', 'walking fast'])
    expect(suggestLabels('ing', labels)).toEqual(labels)
    expect(suggestLabels('waving, wa', labels)).toEqual(['walking', 'walking fast'])
    expect(suggestLabels('waving,', labels)).toEqual(['falling', 'walking', 'walking fast'])
  })

  it('are completed and taken', () => {
    expect(takeLabel('waving, fa', 'falling')).toBe('waving, falling')
    expect(takeLabel('', 'falling')).toBe('falling')
    expect(meantLabels('fa', labels)).toEqual(['falling'])
    expect(meantLabels('Waving, wal', labels)).toEqual(['Waving', 'walking'])
    expect(meantLabels('WALKING', labels)).toEqual(['walking'])
    expect(meantLabels('dancing', labels)).toEqual(['dancing'])
    expect(meantLabels('walking', labels)).toEqual(['walking'])
    expect(meantLabels('', labels)).toEqual([])
  })
})

describe('a part that is cut out', () => {
  const part = { startMs: 1000, endMs: 3000 }

  it('keeps its edges in order and within the clip', () => {
    expect(moveEdge(part, 'start', -50, 4000)).toEqual({ startMs: 0, endMs: 3000 })
    expect(moveEdge(part, 'start', 9000, 4000)).toEqual({ startMs: 3000 - leastMs, endMs: 3000 })
    expect(moveEdge(part, 'end', 9000, 4000)).toEqual({ startMs: 1000, endMs: 4000 })
    expect(moveEdge(part, 'end', 0, 4000)).toEqual({ startMs: 1000, endMs: 1000 + leastMs })
  })

  it('is found at a place of the bar', () => {
    const bar = { left: 100, width: 200 }
    expect([50, 100, 200, 400].map((x) => timeAt(x, bar, 4000))).toEqual([0, 0, 2000, 4000])
    expect(timeAt(5, { left: 0, width: 0 }, 4000)).toBe(0)
  })

  it('is what is looped; else a little around what the model said, or all', () => {
    const clip = { durationMs: 4000, saidFromMs: 1000, saidToMs: 3800 }
    expect(loopPart(clip, part)).toBe(part)
    expect(loopPart(clip, null)).toEqual({ startMs: 500, endMs: 4000 })
    expect(loopPart({ ...clip, saidFromMs: null, saidToMs: null }, null)).toEqual({ startMs: 0, endMs: 4000 })
  })
})

describe('clips that are chosen', () => {
  const order = ['a', 'b', 'c', 'd', 'e']
  const ids = (chosen: { ids: ReadonlySet<string> }) => [...chosen.ids].sort().join('')

  it('are one more or less, and with Shift all between', () => {
    const b = choose(none, 'b', order, false)
    expect(ids(b)).toBe('b')
    const range = choose(b, 'd', order, true)
    expect(ids(range)).toBe('bcd')
    expect(ids(choose(range, 'c', order, false))).toBe('bd')
    expect(ids(choose(range, 'a', order, true))).toBe('abcd')
    expect(ids(choose(none, 'c', order, true))).toBe('c')
  })

  it('are no more than one judgement takes', () => {
    const many = Array.from({ length: mostChosen + 50 }, (_, n) => `${n}`)
    const all = choose(choose(none, '0', many, false), many.at(-1)!, many, true)
    expect(all.ids.size).toBe(mostChosen)
    expect(choose(all, many.at(-1)!, many, false).ids.size).toBe(mostChosen)
  })
})

describe('a finger', () => {
  it.each([
    [90, 5, 'right'],
    [-90, 30, 'left'],
    [5, -90, 'up'],
    [5, 90, null],
    [30, 5, null],
    [80, 79, null],
  ])('moved by %d, %d means %s', (dx, dy, meant) => {
    expect(swipeOf(dx, dy)).toBe(meant)
  })
})
