import type { SQLOutputValue } from 'node:sqlite'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import type { Page, PageRequest } from '../core/page.ts'
import { beginsWith } from '../store/begins-with.ts'
import type { FileGuard } from '../store/file-guard.ts'
import { createPagedQuery, where } from '../store/paged-query.ts'
import { readJson, texts } from '../store/read-json.ts'
import { transaction } from '../store/store-database.ts'
import { openReviewDatabase } from '../store/tables/review-database.ts'
import { checkJudgement } from './check-judgement.ts'
import type { Judgement } from './judgement.ts'
import {
  currentFact,
  labellingVerdicts,
  type ReviewFact,
  type ReviewItem,
  type ReviewReason,
} from './review-item.ts'
import { toFact, toItem } from './review-rows.ts'

/** A clip with everything that was said of it, the oldest first, and what holds now. */
export interface ReviewedItem extends ReviewItem {
  readonly facts: readonly ReviewFact[]
  readonly current: ReviewFact | null
}

export interface ReviewFilter {
  /** waiting: nobody judged it, or somebody skipped it, and its recording is there. done: judged. */
  readonly state?: 'waiting' | 'done'
  readonly cameraId?: string
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

export interface ReviewStore {
  /** Adds clips; one that is there already stays as it is. Returns how many are new. */
  add(items: readonly ReviewItem[]): number
  /** The clips of the queue that begin at these times or between them, with what is noted of them; cheap to read. */
  known(fromMs: number, toMs: number): Map<string, KnownItem>
  /** Notes that recordings are gone. Ids that are not in the queue change nothing. */
  markRemoved(gone: readonly { readonly id: string; readonly reason: string }[]): void
  /** Newest first. @throws AppError API_BAD_REQUEST for a cursor that is none */
  list(filter: ReviewFilter, request: PageRequest): Page<ReviewedItem>
  get(id: string): ReviewedItem | null
  /** By the id or its beginning. @throws AppError API_BAD_REQUEST for none or several */
  find(idPrefix: string): ReviewedItem
  /** @throws AppError API_BAD_REQUEST naming the field that does not fit the clip */
  judge(itemId: string, judgement: Judgement): ReviewFact
  /** Takes back what holds of a clip; what was said before it holds again. @throws AppError API_BAD_REQUEST */
  undo(itemId: string, who: string): ReviewFact
  /** Every label that a model said of a clip, or a person gave one. */
  labels(): string[]
  /** Whether a person has said something of a clip that is neither taken back nor a skip. */
  isJudged(itemId: string): boolean
  /** Whether what holds of a clip says what it shows, so that it can be learned from. */
  isLabelled(itemId: string): boolean
  close(): void
}

const stateIs = {
  waiting: ["verdict = 'skip' AND removed_reason IS NULL"],
  done: ["verdict <> 'skip'"],
} as const

export function openReviewStore(options: {
  dataDir: string
  clock: Pick<Clock, 'nowMs'>
  /** Given by a process that runs for long: the database is read for damage, and its file is looked after. */
  guard?: Pick<FileGuard, 'watch'>
}): ReviewStore {
  const { dataDir, clock, guard } = options
  const database = openReviewDatabase(dataDir, { check: guard !== undefined })
  guard?.watch(database)
  const insertItem = database.prepare(
    `INSERT INTO item (id, reason, camera, path, sha256, started_ms, duration_ms, label, score, model_version,
       explanation, added_ms, said_from_ms, said_to_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  )
  // Clips that came into the queue before the part was kept.
  const completeItem = database.prepare(
    'UPDATE item SET said_from_ms = ?2, said_to_ms = ?3 WHERE id = ?1 AND said_from_ms IS NULL',
  )
  const insertFact = database.prepare(
    `INSERT INTO fact (item, verdict, labels, start_ms, end_ms, undoes, who, at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
  )
  const byPrefix = database.prepare(`SELECT * FROM item WHERE ${beginsWith('id')} LIMIT 2`)
  const factsOf = database.prepare('SELECT * FROM fact WHERE item = ? ORDER BY seq')
  const byId = database.prepare('SELECT * FROM item WHERE id = ?')
  const noted = database.prepare(
    'SELECT id, removed_reason, said_from_ms FROM item WHERE started_ms BETWEEN ? AND ?',
  )
  const remove = database.prepare('UPDATE item SET removed_reason = ? WHERE id = ?')
  const labelsSaid = database.prepare('SELECT DISTINCT label FROM item WHERE label IS NOT NULL')
  const labelsGiven = database.prepare('SELECT DISTINCT labels FROM fact')
  const facts = (itemId: string) => factsOf.all(itemId).flatMap((row) => toFact(row) ?? [])
  const withFacts = (row: Record<string, SQLOutputValue>): ReviewedItem => {
    const item = toItem(row)
    const said = facts(item.id)
    return { ...item, facts: said, current: currentFact(said) }
  }
  const page = createPagedQuery(
    database,
    {
      name: 'review',
      from: 'item INDEXED BY item_listed',
      rank: 'started_ms',
      id: 'id',
      rows: 'SELECT item.*, page.* FROM page JOIN item ON item.id = page_id',
    },
    withFacts,
  )
  const find = (idPrefix: string): ReviewedItem => {
    const rows = byPrefix.all(idPrefix)
    if (rows.length === 1) return withFacts(rows[0]!)
    const why =
      rows.length === 0 ? 'is not in the queue; see vireo review list' : 'begins several; give more of it'
    throw new AppError('API_BAD_REQUEST', `clip ${idPrefix} ${why}`)
  }

  return {
    known: (fromMs, toMs) =>
      new Map(
        noted
          .all(fromMs, toMs)
          .map((row) => [
            String(row.id),
            { isRemoved: row.removed_reason !== null, hasPart: row.said_from_ms !== null },
          ]),
      ),
    add(items) {
      if (items.length === 0) return 0
      const addedMs = clock.nowMs()
      return transaction(database, () =>
        items.reduce((sum, item) => {
          const { id, reason, cameraId, path, sha256, startedMs, durationMs } = item
          const { label, score, modelVersion, explanation } = item
          const values = [
            id,
            reason,
            cameraId,
            path,
            sha256,
            Math.round(startedMs),
            Math.round(durationMs),
          ] as const
          const said = [item.saidFromMs, item.saidToMs] as const
          const rest = [label, score, modelVersion, explanation, addedMs, ...said] as const
          const added = insertItem.run(...values, ...rest).changes
          if (!added && item.saidFromMs !== null) completeItem.run(item.id, ...said)
          return sum + Number(added)
        }, 0),
      )
    },
    list: ({ cameraId, reason, label, sinceMs, untilMs, state }, request) =>
      page(
        [
          where('camera = ?', cameraId),
          where('reason = ?', reason),
          where('label = ?', label),
          where('started_ms >= ?', sinceMs),
          where('started_ms < ?', untilMs),
          state ? stateIs[state] : null,
        ],
        request,
      ),
    get(id) {
      const row = byId.get(id)
      return row === undefined ? null : withFacts(row)
    },
    markRemoved(gone) {
      if (gone.length === 0) return
      transaction(database, () => {
        for (const { id, reason } of gone) remove.run(reason, id)
      })
    },
    find,
    judge(itemId, judgement) {
      const item = find(itemId)
      const { labels, startMs, endMs } = checkJudgement(item, judgement)
      const { verdict, who } = judgement
      const at = clock.nowMs()
      const values = [item.id, verdict, JSON.stringify(labels), startMs, endMs] as const
      return transaction(database, () => toFact(insertFact.get(...values, null, who, at)!)!)
    },
    undo(itemId, who) {
      const at = clock.nowMs()
      return transaction(database, () => {
        const { id, current } = find(itemId)
        if (current === null)
          throw new AppError('API_BAD_REQUEST', `clip ${itemId}: there is nothing to undo`)
        return toFact(insertFact.get(id, 'undo', '[]', null, null, current.seq, who, at)!)!
      })
    },
    labels() {
      const said = labelsSaid.all().map((row) => String(row.label))
      const given = labelsGiven.all().flatMap((row) => readJson(row.labels, texts) ?? [])
      return [...new Set([...said, ...given])].sort()
    },
    isJudged(itemId) {
      const current = currentFact(facts(itemId))
      return current !== null && current.verdict !== 'skip'
    },
    isLabelled(itemId) {
      const current = currentFact(facts(itemId))
      return current !== null && labellingVerdicts.includes(current.verdict)
    },
    close: () => database.close(),
  }
}
