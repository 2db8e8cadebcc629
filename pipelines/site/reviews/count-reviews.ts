import type { Clock } from '../../../src/core/clock.ts'
import { type EnoughRules, type ReviewProgress, reviewProgress } from '../../../src/review/review-progress.ts'
import { createOneAtATime } from '../one-at-a-time.ts'
import type { ReviewQueue } from '../review.ts'
import { besideModule, runInThread } from '../run-in-thread.ts'
import type { CountsPlan } from './counts-worker.ts'

/** A shorter queue is counted at once: a thread takes longer to begin. */
const shortQueue = 5000
/** So long the counts of a long queue are given again. */
const keepMs = 5000
const timeoutMs = 30_000
const mostMb = 512
const mostWaiting = 8

/** Counts the queue for pages; of a long one in a thread, and not again for a moment. */
export function createReviewCounter(options: {
  queue: Pick<ReviewQueue, 'counts' | 'isLongerThan'>
  dataDir: string
  clock: Pick<Clock, 'nowMs'>
}): (rules: EnoughRules, cameras: readonly string[] | null) => Promise<ReviewProgress> {
  const { queue, dataDir, clock } = options
  const oneCount = createOneAtATime('the queue is being counted', mostWaiting)
  const url = besideModule('counts-worker', import.meta.url)
  const known = new Map<string, { readonly atMs: number; readonly progress: Promise<ReviewProgress> }>()
  return async (rules, cameras) => {
    if (!queue.isLongerThan(shortQueue))
      return reviewProgress(queue.counts(), rules, (id) => cameras === null || cameras.includes(id))
    const nowMs = clock.nowMs()
    for (const [key, { atMs }] of known) if (Math.abs(nowMs - atMs) > keepMs) known.delete(key)
    const plan: CountsPlan = { dataDir, rules, cameras }
    const key = JSON.stringify([rules, cameras])
    const before = known.get(key)
    if (before) return before.progress
    const progress = oneCount(() =>
      runInThread<ReviewProgress>({ url, name: 'counts', plan, timeoutMs, mostMb }),
    )
    known.set(key, { atMs: nowMs, progress })
    progress.catch(() => known.delete(key))
    return progress
  }
}
