import { afterEach, describe, expect, it } from 'vitest'
import { createReviewCounter } from '../../../../pipelines/site/reviews/count-reviews.ts'
import { openReviewStore } from '../../../../src/review/review-store.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const rules = { minClassItems: 5, testShare: 0.2, validationShare: 0.15, folds: 3 }
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function open() {
  const dataDir = tempDir('count')
  const store = openReviewStore({ dataDir, clock: { nowMs: () => 1 } })
  closers.push(() => store.close())
  const item = (id: string, cameraId: string) => ({
    id,
    reason: 'alert' as const,
    cameraId,
    path: '/x.mp4',
    sha256: 'a'.repeat(64),
    startedMs: 1,
    durationMs: 8000,
    saidFromMs: null,
    saidToMs: null,
    label: 'falling',
    score: 0.9,
    modelVersion: null,
    explanation: null,
    removedReason: null,
  })
  store.add([item('a', 'gate'), item('b', 'vault')])
  return { dataDir, store }
}

describe('the counts of the queue for pages', () => {
  it.each([
    ['at once, of a short one', false],
    ['in a thread, of a long one', true],
  ])('are made %s', async (_how, isLong) => {
    const { dataDir, store } = open()
    const queue = { counts: store.counts, isLongerThan: () => isLong }
    const count = createReviewCounter({ queue, dataDir, clock: { nowMs: () => 1 } })
    expect((await count(rules, null)).waiting.clips).toBe(2)
    expect((await count(rules, ['gate'])).waiting.cameras).toEqual([{ cameraId: 'gate', clips: 1 }])
    expect((await count(rules, [])).waiting.clips).toBe(0)
  })

  it('are given again for a moment, of a long one', async () => {
    const { dataDir, store } = open()
    let nowMs = 1
    const queue = { counts: store.counts, isLongerThan: () => true }
    const count = createReviewCounter({ queue, dataDir, clock: { nowMs: () => nowMs } })
    await count(rules, null)
    store.judge('a', { verdict: 'confirm', who: 'ann' })
    expect((await count(rules, null)).judged.clips).toBe(0)
    nowMs += 6000
    expect((await count(rules, null)).judged.clips).toBe(1)
  })

  it('know how long the queue is without counting it', () => {
    const { store } = open()
    expect([store.isLongerThan(1), store.isLongerThan(2)]).toEqual([true, false])
  })
})
