import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openReviewStore, type ReviewStore } from '../../../src/review/review-store.ts'
import type { ReviewItem } from '../../../src/store/tables/review/review-item.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { waiting } from './waiting-item.ts'

let store: ReviewStore
const dayMs = 86_400_000
const item = (id: string, more: Partial<ReviewItem> = {}) =>
  waiting(id, { saidFromMs: null, saidToMs: null, ...more })

beforeEach(() => {
  store = openReviewStore({ dataDir: tempDir('bulk'), clock: { nowMs: () => 1000 } })
  store.add([item('a'), item('b', { label: null }), item('c', { startedMs: dayMs }), item('d')])
})
afterEach(() => store.close())
const verdicts = () => ['a', 'b', 'c', 'd'].map((id) => store.get(id)!.current?.verdict ?? null)

describe('a judgement of many clips', () => {
  it('is said of those that it fits, and names the others', () => {
    const { facts, refused, bulk } = store.judgeMany(['a', 'b', 'c', 'c', 'gone'], {
      verdict: 'confirm',
      who: 'ann',
    })
    expect(facts.map(({ itemId, labels }) => [itemId, labels])).toEqual([
      ['a', ['falling']],
      ['c', ['falling']],
    ])
    expect(refused.map(({ id }) => id)).toEqual(['b', 'gone'])
    expect(refused[0]!.message).toMatch(/no label that could be confirmed/)
    expect(verdicts()).toEqual(['confirm', null, 'confirm', null])
    expect(store.ofBulk(bulk)).toEqual(['a', 'c'])
  })

  it('is taken back as a whole, but for clips of which somebody said something else since', () => {
    store.judge('a', { verdict: 'reject', who: 'ben' })
    const { bulk } = store.judgeMany(['a', 'c', 'd'], { verdict: 'unsure', who: 'ann' })
    store.judge('d', { verdict: 'confirm', who: 'ben' })
    const { facts, kept } = store.undoMany(bulk, 'ann')
    expect(facts.map(({ itemId }) => itemId)).toEqual(['a', 'c'])
    expect(kept).toEqual(['d'])
    expect(verdicts()).toEqual(['reject', null, null, 'confirm'])
    expect(() => store.undoMany(bulk, 'ann')).toThrow(expect.objectContaining({ code: 'API_BAD_REQUEST' }))
    expect(() => store.undoMany('0'.repeat(32), 'ann')).toThrow(
      expect.objectContaining({ code: 'API_NOT_FOUND' }),
    )
  })
})

describe('the counts of the queue', () => {
  it('count what waits and what holds, not what was taken back', () => {
    store.judge('a', { verdict: 'reject', who: 'ben' })
    store.judge('a', { verdict: 'relabel', labels: ['x', 'y'], who: 'ann' })
    store.judge('c', { verdict: 'confirm', who: 'ann' })
    store.judge('d', { verdict: 'confirm', who: 'ann' })
    store.undo('d', 'ann')
    store.markRemoved([{ id: 'c', reason: 'age' }])
    const { waiting, judged } = store.counts()
    expect(waiting).toEqual([
      { cameraId: 'gate', reason: 'alert', label: null, clips: 1 },
      { cameraId: 'gate', reason: 'alert', label: 'falling', clips: 1 },
    ])
    const said = { cameraId: 'gate', said: 'falling', who: 'ann' }
    expect(judged).toEqual([
      { ...said, day: 0, verdict: 'relabel', labels: ['x', 'y'], clips: 1, removed: 0 },
      { ...said, day: 1, verdict: 'confirm', labels: ['falling'], clips: 0, removed: 1 },
    ])
  })

  it('find the clips that show a label because a person said so, and those of some cameras', () => {
    store.add([item('e', { cameraId: 'yard' })])
    store.judge('a', { verdict: 'relabel', labels: ['x', 'y'], who: 'ann' })
    store.judge('e', { verdict: 'relabel', labels: ['y'], who: 'ann' })
    const ids = (filter: Parameters<ReviewStore['list']>[0]) =>
      store.list(filter, { limit: 10 }).items.map(({ id }) => id)
    expect(ids({ shows: 'y' })).toEqual(['e', 'a'])
    expect(ids({ shows: 'y', cameraIds: ['gate'] })).toEqual(['a'])
    expect(ids({ cameraIds: [] })).toEqual([])
  })
})
