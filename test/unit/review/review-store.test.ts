import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openReviewStore, type ReviewStore } from '../../../src/review/review-store.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { waiting } from './waiting-item.ts'

let dataDir: string
let store: ReviewStore
let nowMs = 1000
const item = waiting

beforeEach(() => {
  dataDir = tempDir('review')
  nowMs = 1000
  store = openReviewStore({ dataDir, clock: { nowMs: () => nowMs } })
})
afterEach(() => {
  store.close()
})

describe('review store', () => {
  it('adds a clip once and keeps what is known of it', () => {
    expect(store.add([item('a'), item('b')])).toBe(2)
    expect(store.add([item('a', { label: 'walking' }), item('c')])).toBe(1)
    expect(store.find('a').label).toBe('falling')
  })

  it('learns later for which part the model said it, once', () => {
    store.add([item('a', { saidFromMs: null, saidToMs: null })])
    expect(store.find('a')).toMatchObject({ saidFromMs: null, saidToMs: null })
    expect(store.add([item('a')])).toBe(0)
    store.add([item('a', { saidFromMs: 1, saidToMs: 2 })])
    expect(store.find('a')).toMatchObject({ saidFromMs: 3000, saidToMs: 5500 })
  })

  it('keeps who said what and when; the latest holds', () => {
    store.add([item('a')])
    store.judge('a', { verdict: 'confirm', who: 'ann' })
    nowMs = 2000
    const labels = ['walking', 'falling']
    store.judge('a', { verdict: 'relabel', labels, startMs: 1000, endMs: 3000, who: 'ben' })
    const { facts, current } = store.find('a')
    expect(facts.map((fact) => [fact.verdict, fact.who, fact.atMs, fact.labels])).toEqual([
      ['confirm', 'ann', 1000, ['falling']],
      ['relabel', 'ben', 2000, ['falling', 'walking']],
    ])
    expect(current).toMatchObject({ verdict: 'relabel', startMs: 1000, endMs: 3000 })
  })

  it('takes back one fact at a time, down to none', () => {
    store.add([item('a')])
    store.judge('a', { verdict: 'confirm', who: 'ann' })
    store.judge('a', { verdict: 'reject', who: 'ann' })
    store.undo('a', 'ann')
    expect(store.find('a').current?.verdict).toBe('confirm')
    expect(store.isJudged('a')).toBe(true)
    store.undo('a', 'ann')
    expect(store.find('a').current).toBeNull()
    expect(store.isJudged('a')).toBe(false)
    expect(() => store.undo('a', 'ann')).toThrow(expect.objectContaining({ code: 'API_BAD_REQUEST' }))
    expect(store.find('a').facts).toHaveLength(4)
  })

  it('refuses to change or remove a fact, even by SQL', () => {
    store.add([item('a')])
    store.judge('a', { verdict: 'confirm', who: 'ann' })
    const database = new DatabaseSync(join(dataDir, 'review.db'))
    expect(() => database.exec("UPDATE fact SET who = 'eve'")).toThrow(/never changed/)
    expect(() => database.exec('DELETE FROM fact')).toThrow(/never removed/)
    database.close()
  })

  it('lists what waits: unjudged and skipped clips, newest first', () => {
    store.add([
      item('a', { startedMs: 1 }),
      item('b', { startedMs: 2 }),
      item('c', { startedMs: 3, cameraId: 'yard' }),
    ])
    store.judge('a', { verdict: 'unsure', who: 'ann' })
    store.judge('b', { verdict: 'skip', who: 'ann' })
    const ids = (filter: Parameters<ReviewStore['list']>[0], limit = 10) =>
      store.list(filter, { limit }).items.map(({ id }) => id)
    expect(ids({ state: 'waiting' })).toEqual(['c', 'b'])
    expect(ids({ state: 'done' })).toEqual(['a'])
    expect(ids({ cameraId: 'yard' })).toEqual(['c'])
    expect(ids({}, 1)).toEqual(['c'])
  })

  it.each([
    [{ verdict: 'relabel' as const }, /needs a label/],
    [{ verdict: 'confirm' as const, labels: ['x'] }, /labels go with relabel/],
    [{ verdict: 'relabel' as const, labels: [' '] }, /1 to 100 characters/],
    [{ verdict: 'confirm' as const, startMs: 9000 }, /not within its 8000 ms/],
    [{ verdict: 'confirm' as const, startMs: 3000, endMs: 2000 }, /not within/],
  ])('refuses %j', (judgement, message) => {
    store.add([item('a')])
    expect(() => store.judge('a', { ...judgement, who: 'ann' })).toThrow(message)
    expect(store.find('a').facts).toEqual([])
  })

  it('finds a clip by the beginning of its id when only one begins so', () => {
    store.add([item('abc1'), item('abd2')])
    expect(store.find('abc').id).toBe('abc1')
    expect(() => store.find('ab')).toThrow(/begins several/)
    expect(() => store.find('x')).toThrow(/not in the queue/)
  })

  it('lets two processes write', () => {
    const other = openReviewStore({ dataDir, clock: { nowMs: () => nowMs } })
    store.add([item('a')])
    other.judge('a', { verdict: 'confirm', who: 'ann' })
    expect(store.isJudged('a')).toBe(true)
    other.close()
  })
})
