import type { ReviewReason, Verdict } from '../../../core/text/review-words.ts'
import { readJson, texts } from '../../read-json.ts'
import type { StoreDatabase } from '../../store-database.ts'

/** Clips of one camera that wait, for the same reason and with the same label. */
export interface WaitingCount {
  readonly cameraId: string
  readonly reason: ReviewReason
  /** What the model said. */
  readonly label: string | null
  readonly clips: number
}

/** Clips of one camera and one day of which one person said the same. */
export interface JudgedCount {
  readonly cameraId: string
  /** Days since the Unix epoch, UTC, on which they begin. */
  readonly day: number
  /** What the model had said. */
  readonly said: string | null
  readonly verdict: Verdict
  readonly labels: readonly string[]
  readonly who: string
  /** Those whose recording is there. */
  readonly clips: number
  readonly removed: number
}

/** How many clips wait and what holds of those that were judged; read in two statements. */
export interface ReviewCounts {
  readonly waiting: readonly WaitingCount[]
  readonly judged: readonly JudgedCount[]
}

export function createReviewCounts(database: StoreDatabase): () => ReviewCounts {
  const waiting = database.prepare(
    `SELECT camera, reason, label, count(*) AS clips FROM item INDEXED BY item_listed
       WHERE verdict = 'skip' AND removed_reason IS NULL GROUP BY camera, reason, label`,
  )
  const judged = database.prepare(
    `SELECT camera, started_ms / 86400000 AS day, label, fact.verdict AS held_verdict, fact.labels AS labels, who,
         count(*) FILTER (WHERE removed_reason IS NULL) AS clips, count(removed_reason) AS removed
       FROM item INDEXED BY item_held CROSS JOIN fact ON fact.seq = item.held
       WHERE held IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6`,
  )
  const text = (value: unknown) => (value === null ? null : String(value))
  return () => ({
    waiting: waiting.all().map((row) => ({
      cameraId: String(row.camera),
      reason: String(row.reason) as ReviewReason,
      label: text(row.label),
      clips: Number(row.clips),
    })),
    judged: judged.all().map((row) => ({
      cameraId: String(row.camera),
      day: Number(row.day),
      said: text(row.label),
      verdict: String(row.held_verdict) as Verdict,
      labels: readJson(row.labels, texts) ?? [],
      who: String(row.who),
      clips: Number(row.clips),
      removed: Number(row.removed),
    })),
  })
}
