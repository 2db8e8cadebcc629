import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../src/core/clock.ts'
import { openClipReader } from '../src/event/clip-reader.ts'
import { markReviewed } from '../src/event/mark-reviewed.ts'
import type { ReviewFact, ReviewItem } from '../src/review/review-item.ts'
import {
  type Judgement,
  openReviewStore,
  type ReviewedItem,
  type ReviewFilter,
} from '../src/review/review-store.ts'

/** The queue of clips that people judge, with every alert and every sample that has a clip in it. */
export interface ReviewQueue {
  list(filter: ReviewFilter, limit: number): ReviewedItem[]
  find(idPrefix: string): ReviewedItem
  judge(idPrefix: string, judgement: Judgement): ReviewFact
  undo(idPrefix: string, who: string): ReviewFact
  close(): void
}

const pageClips = 500

/** Clips of alerts and samples → queue → what people say → retention knows. Works beside a running `vireo run`. */
export function openReviewQueue(options: { dataDir: string; clock: Pick<Clock, 'nowMs'> }): ReviewQueue {
  const { dataDir, clock } = options
  const store = openReviewStore(options)
  const tellRetention = (itemId: string) => {
    if (!existsSync(join(dataDir, 'vireo.db'))) return
    markReviewed(dataDir, itemId, store.isJudged(itemId) ? clock.nowMs() : null)
  }
  if (existsSync(join(dataDir, 'vireo.db'))) for (const page of pagesOfAlerts(dataDir)) store.add(page)
  return {
    list: store.list,
    find: store.find,
    judge(idPrefix, judgement) {
      const fact = store.judge(idPrefix, judgement)
      tellRetention(fact.itemId)
      return fact
    },
    undo(idPrefix, who) {
      const fact = store.undo(idPrefix, who)
      tellRetention(fact.itemId)
      return fact
    },
    close: store.close,
  }
}

/** Every clip of an alert or a sample that is there, as items of the queue. */
function* pagesOfAlerts(dataDir: string): Generator<ReviewItem[]> {
  const reader = openClipReader(dataDir)
  try {
    let cursor: string | null = null
    do {
      const page = reader.list({ of: 'all', ...(cursor === null ? {} : { cursor }) }, pageClips)
      yield page.map((row) => ({
        id: row.alertId,
        reason: row.why,
        cameraId: row.cameraId,
        path: row.path,
        sha256: row.sha256,
        startedMs: row.startedMs,
        durationMs: row.durationMs,
        label: row.label,
        score: row.score,
        modelVersion: row.modelVersion,
      }))
      cursor = reader.next(page, pageClips)
    } while (cursor !== null)
  } finally {
    reader.close()
  }
}
