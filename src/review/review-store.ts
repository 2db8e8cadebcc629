import type { SQLOutputValue } from 'node:sqlite'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { openReviewDatabase } from './review-database.ts'
import {
  currentFact,
  type ReviewFact,
  type ReviewItem,
  type ReviewReason,
  type Verdict,
} from './review-item.ts'

/** A clip with everything that was said of it, the oldest first, and what holds now. */
export interface ReviewedItem extends ReviewItem {
  readonly facts: readonly ReviewFact[]
  readonly current: ReviewFact | null
}

export interface Judgement {
  readonly verdict: Verdict
  /** For relabel: one or more. */
  readonly labels?: readonly string[]
  /** Milliseconds from the clip's beginning. */
  readonly startMs?: number
  readonly endMs?: number
  readonly who: string
}

export interface ReviewFilter {
  /** waiting: nobody judged it, or somebody skipped it. done: judged. */
  readonly state?: 'waiting' | 'done'
  readonly cameraId?: string
  readonly reason?: ReviewReason
  readonly sinceMs?: number
}

export interface ReviewStore {
  /** Adds clips; one that is there already stays as it is. Returns how many are new. */
  add(items: readonly ReviewItem[]): number
  /** Newest first. */
  list(filter: ReviewFilter, limit: number): ReviewedItem[]
  /** By the id or its beginning. @throws AppError API_BAD_REQUEST for none or several */
  find(idPrefix: string): ReviewedItem
  /** @throws AppError API_BAD_REQUEST naming the field that does not fit the clip */
  judge(itemId: string, judgement: Judgement): ReviewFact
  /** Takes back what holds of a clip; what was said before it holds again. @throws AppError API_BAD_REQUEST */
  undo(itemId: string, who: string): ReviewFact
  /** Whether a person has said something of a clip that is neither taken back nor a skip. */
  isJudged(itemId: string): boolean
  close(): void
}

export function openReviewStore(options: { dataDir: string; clock: Pick<Clock, 'nowMs'> }): ReviewStore {
  const { dataDir, clock } = options
  const database = openReviewDatabase(dataDir)
  const insertItem = database.prepare(
    `INSERT INTO item (id, reason, camera, path, sha256, started_ms, duration_ms, label, score, model_version, added_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  )
  const insertFact = database.prepare(
    `INSERT INTO fact (item, verdict, labels, start_ms, end_ms, undoes, who, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
  )
  const byPrefix = database.prepare('SELECT * FROM item WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2')
  const factsOf = database.prepare('SELECT * FROM fact WHERE item = ? ORDER BY seq')
  const select = database.prepare(
    `SELECT * FROM item WHERE (?1 IS NULL OR camera = ?1) AND (?2 IS NULL OR reason = ?2) AND started_ms >= ?3
     ORDER BY started_ms DESC, id DESC`,
  )

  const facts = (itemId: string) => factsOf.all(itemId).map(toFact)
  const withFacts = (row: Record<string, SQLOutputValue>): ReviewedItem => {
    const item = toItem(row)
    const said = facts(item.id)
    return { ...item, facts: said, current: currentFact(said) }
  }
  const find = (idPrefix: string): ReviewedItem => {
    const rows = byPrefix.all(idPrefix)
    if (rows.length === 1) return withFacts(rows[0]!)
    const why =
      rows.length === 0 ? 'is not in the queue; see vireo review list' : 'begins several; give more of it'
    throw new AppError('API_BAD_REQUEST', `clip ${idPrefix} ${why}`)
  }
  const state = ({ current }: ReviewedItem) =>
    current === null || current.verdict === 'skip' ? 'waiting' : 'done'

  return {
    add(items) {
      const addedMs = clock.nowMs()
      return inTransaction(() =>
        items.reduce((sum, item) => {
          const { id, reason, cameraId, path, sha256, startedMs, durationMs, label, score, modelVersion } =
            item
          const values = [
            id,
            reason,
            cameraId,
            path,
            sha256,
            Math.round(startedMs),
            Math.round(durationMs),
          ] as const
          return sum + Number(insertItem.run(...values, label, score, modelVersion, addedMs).changes)
        }, 0),
      )
    },
    list(filter, limit) {
      const { cameraId = null, reason = null, sinceMs = 0 } = filter
      const found: ReviewedItem[] = []
      for (const row of select.iterate(cameraId, reason, sinceMs)) {
        const item = withFacts(row)
        if (filter.state === undefined || state(item) === filter.state) found.push(item)
        if (found.length === limit) break
      }
      return found
    },
    find,
    judge(itemId, judgement) {
      const item = find(itemId)
      const { labels, startMs, endMs } = checked(item, judgement)
      const { verdict, who } = judgement
      const at = clock.nowMs()
      const values = [item.id, verdict, JSON.stringify(labels), startMs, endMs] as const
      return inTransaction(() => toFact(insertFact.get(...values, null, who, at)!))
    },
    undo(itemId, who) {
      const at = clock.nowMs()
      return inTransaction(() => {
        const { id, current } = find(itemId)
        if (current === null)
          throw new AppError('API_BAD_REQUEST', `clip ${itemId}: there is nothing to undo`)
        return toFact(insertFact.get(id, 'undo', '[]', null, null, current.seq, who, at)!)
      })
    },
    isJudged(itemId) {
      const current = currentFact(facts(itemId))
      return current !== null && current.verdict !== 'skip'
    },
    close: () => database.close(),
  }

  function inTransaction<T>(work: () => T): T {
    try {
      database.exec('BEGIN IMMEDIATE')
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (cause) {
      if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
      if (cause instanceof AppError) throw cause
      const why = (cause as Error).message
      throw new AppError('STORE_WRITE', `the reviews cannot be written (${why})`, { cause })
    }
  }
}

/** The labels and the part of a clip that a judgement gives it. */
function checked(item: ReviewItem, judgement: Judgement) {
  const { verdict, labels: given = [], startMs = null, endMs = null } = judgement
  const refuse = (text: string) => new AppError('API_BAD_REQUEST', `clip ${item.id}: ${text}`)
  if (verdict === 'confirm' && item.label === null)
    throw refuse('the model gave it no label that could be confirmed; give one with relabel')
  if (verdict === 'relabel' && given.length === 0) throw refuse('relabel needs a label')
  if (verdict !== 'relabel' && given.length > 0) throw refuse(`labels go with relabel, not with ${verdict}`)
  if (given.some((label) => label.trim() === '' || label.length > 100))
    throw refuse('a label has 1 to 100 characters')
  const [from, to] = [startMs ?? 0, endMs ?? item.durationMs]
  if (!(from >= 0 && from < to && to <= item.durationMs))
    throw refuse(`the part ${from}–${to} ms is not within its ${item.durationMs} ms`)
  const labels = verdict === 'confirm' ? [item.label!] : [...new Set(given)].sort()
  return { labels, startMs, endMs }
}

function toItem(row: Record<string, SQLOutputValue>): ReviewItem {
  const text = (value: SQLOutputValue | undefined) => (value == null ? null : String(value))
  return {
    id: String(row.id),
    reason: String(row.reason) as ReviewReason,
    cameraId: String(row.camera),
    path: String(row.path),
    sha256: String(row.sha256),
    startedMs: Number(row.started_ms),
    durationMs: Number(row.duration_ms),
    label: text(row.label),
    score: row.score == null ? null : Number(row.score),
    modelVersion: text(row.model_version),
  }
}

function toFact(row: Record<string, SQLOutputValue>): ReviewFact {
  const number = (value: SQLOutputValue | undefined) => (value == null ? null : Number(value))
  return {
    seq: Number(row.seq),
    itemId: String(row.item),
    verdict: String(row.verdict) as ReviewFact['verdict'],
    labels: JSON.parse(String(row.labels)) as string[],
    startMs: number(row.start_ms),
    endMs: number(row.end_ms),
    undoes: number(row.undoes),
    who: String(row.who),
    atMs: Number(row.at_ms),
  }
}
