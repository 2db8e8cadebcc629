import type { SQLOutputValue } from 'node:sqlite'
import type { Page, PageRequest } from '../../../core/page.ts'
import type { ReviewReason } from '../../../core/text/review-words.ts'
import { beginsWith } from '../../begins-with.ts'
import { createPagedQuery, where } from '../../paged-query.ts'
import type { StoreDatabase } from '../../store-database.ts'
import type { ReviewItem } from './review-item.ts'
import { toItem } from './review-rows.ts'

export interface ReviewFilter {
  /** waiting: nobody judged it, or somebody skipped it, and its recording is there. done: judged. */
  readonly state?: 'waiting' | 'done'
  readonly cameraId?: string
  /** Only clips of these cameras. */
  readonly cameraIds?: readonly string[]
  /** A label that holds of the clip, because a person said so. */
  readonly shows?: string
  readonly reason?: ReviewReason
  /** What the model said. */
  readonly label?: string
  /** Clips that begin at or after it, and before it; milliseconds since the Unix epoch. */
  readonly sinceMs?: number
  readonly untilMs?: number
}

export interface KnownItem {
  readonly isRemoved: boolean
  /** Whether it is kept for which part of the clip the model said it. */
  readonly hasPart: boolean
}

/** The table of clips that a person may judge. */
export interface ReviewItems {
  /** Adds a clip; one that is there already keeps what it has. Returns whether it is new. */
  add(item: ReviewItem, addedMs: number): boolean
  /** The clips that begin at these times or between them, with what is noted of them; cheap to read. */
  known(fromMs: number, toMs: number): Map<string, KnownItem>
  markRemoved(id: string, reason: string): void
  get(id: string): ReviewItem | null
  /** Those whose id begins so, at most two. */
  beginningWith(idPrefix: string): ReviewItem[]
  /** Labels that a model said. */
  labels(): string[]
  areMoreThan(count: number): boolean
}

export function createReviewItems(database: StoreDatabase): ReviewItems {
  const insert = database.prepare(
    `INSERT INTO item (id, reason, camera, path, sha256, started_ms, duration_ms, label, score, model_version,
       explanation, added_ms, said_from_ms, said_to_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  )
  // Clips that came into the queue before the part was kept.
  const complete = database.prepare(
    'UPDATE item SET said_from_ms = ?2, said_to_ms = ?3 WHERE id = ?1 AND said_from_ms IS NULL',
  )
  const byPrefix = database.prepare(`SELECT * FROM item WHERE ${beginsWith('id')} LIMIT 2`)
  const byId = database.prepare('SELECT * FROM item WHERE id = ?')
  const noted = database.prepare(
    'SELECT id, removed_reason, said_from_ms FROM item WHERE started_ms BETWEEN ? AND ?',
  )
  const remove = database.prepare('UPDATE item SET removed_reason = ? WHERE id = ?')
  const counted = database.prepare('SELECT count(*) AS found FROM (SELECT 1 FROM item LIMIT ?)')
  const labelsSaid = database.prepare('SELECT DISTINCT label FROM item WHERE label IS NOT NULL')
  return {
    add(item, addedMs) {
      const { id, reason, cameraId, path, sha256, label, score, modelVersion, explanation } = item
      const times = [Math.round(item.startedMs), Math.round(item.durationMs)] as const
      const part = [item.saidFromMs, item.saidToMs] as const
      const said = [label, score, modelVersion, explanation] as const
      const isNew =
        insert.run(id, reason, cameraId, path, sha256, ...times, ...said, addedMs, ...part).changes > 0
      if (!isNew && item.saidFromMs !== null) complete.run(id, ...part)
      return isNew
    },
    known: (fromMs, toMs) =>
      new Map(
        noted
          .all(fromMs, toMs)
          .map((row) => [
            String(row.id),
            { isRemoved: row.removed_reason !== null, hasPart: row.said_from_ms !== null },
          ]),
      ),
    markRemoved: (id, reason) => void remove.run(reason, id),
    get(id) {
      const row = byId.get(id)
      return row === undefined ? null : toItem(row)
    },
    beginningWith: (idPrefix) => byPrefix.all(idPrefix).map(toItem),
    areMoreThan: (count) => Number(counted.get(count + 1)!.found) > count,
    labels: () => labelsSaid.all().map((row) => String(row.label)),
  }
}

const stateIs = {
  waiting: ["verdict = 'skip' AND removed_reason IS NULL"],
  done: ["verdict <> 'skip'"],
} as const

/** Lists the clips, the newest first, as `show` makes them. The call throws API_BAD_REQUEST for a cursor that is none. */
export function createReviewList<T>(
  database: StoreDatabase,
  show: (row: Record<string, SQLOutputValue>) => T,
): (filter: ReviewFilter, request: PageRequest) => Page<T> {
  const page = createPagedQuery(
    database,
    {
      name: 'review',
      from: 'item INDEXED BY item_listed',
      rank: 'started_ms',
      id: 'id',
      rows: 'SELECT item.*, page.* FROM page JOIN item ON item.id = page_id',
    },
    show,
  )
  return ({ cameraId, cameraIds, shows, reason, label, sinceMs, untilMs, state }, request) =>
    page(
      [
        where('camera = ?', cameraId),
        where('camera IN (SELECT value FROM json_each(?))', cameraIds && JSON.stringify(cameraIds)),
        where(
          'EXISTS (SELECT 1 FROM fact, json_each(fact.labels) WHERE fact.seq = held AND value = ?)',
          shows,
        ),
        where('reason = ?', reason),
        where('label = ?', label),
        where('started_ms >= ?', sinceMs),
        where('started_ms < ?', untilMs),
        state ? stateIs[state] : null,
      ],
      request,
    )
}
