import type { SQLOutputValue } from 'node:sqlite'
import type { ReviewReason } from '../../../core/text/review-words.ts'
import { readJson, texts } from '../../read-json.ts'
import type { ReviewFact, ReviewItem } from './review-item.ts'

const number = (value: SQLOutputValue | undefined) => (value == null ? null : Number(value))

export function toItem(row: Record<string, SQLOutputValue>): ReviewItem {
  const text = (value: SQLOutputValue | undefined) => (value == null ? null : String(value))
  return {
    id: String(row.id),
    reason: String(row.reason) as ReviewReason,
    cameraId: String(row.camera),
    path: String(row.path),
    sha256: String(row.sha256),
    startedMs: Number(row.started_ms),
    durationMs: Number(row.duration_ms),
    saidFromMs: number(row.said_from_ms),
    saidToMs: number(row.said_to_ms),
    label: text(row.label),
    score: number(row.score),
    modelVersion: text(row.model_version),
    explanation: text(row.explanation),
    removedReason: text(row.removed_reason),
  }
}

/** Null when the row cannot be read: it is passed over as if nothing had been said. */
export function toFact(row: Record<string, SQLOutputValue>): ReviewFact | null {
  const labels = readJson(row.labels, texts)
  if (labels === null) return null
  return {
    seq: Number(row.seq),
    itemId: String(row.item),
    verdict: String(row.verdict) as ReviewFact['verdict'],
    labels,
    startMs: number(row.start_ms),
    endMs: number(row.end_ms),
    undoes: number(row.undoes),
    who: String(row.who),
    atMs: Number(row.at_ms),
  }
}
