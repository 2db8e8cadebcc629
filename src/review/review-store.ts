import { randomUUID } from 'node:crypto'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { FileGuard } from '../store/file-guard.ts'
import { transaction } from '../store/store-database.ts'
import { createReviewCounts, type ReviewCounts } from '../store/tables/review/review-counts.ts'
import { openReviewDatabase } from '../store/tables/review/review-database.ts'
import { createReviewFacts } from '../store/tables/review/review-facts.ts'
import type { ReviewFact, ReviewItem } from '../store/tables/review/review-item.ts'
import {
  createReviewItems,
  createReviewList,
  type KnownItem,
  type ReviewFilter,
} from '../store/tables/review/review-items.ts'
import { toItem } from '../store/tables/review/review-rows.ts'
import { type BulkJudged, type BulkUndone, checkJudgement, judgeEach } from './check-judgement.ts'
import { currentFact, labellingVerdicts } from './judged-part.ts'
import type { Judgement } from './judgement.ts'

/** A clip with everything that was said of it, the oldest first, and what holds now. */
export interface ReviewedItem extends ReviewItem {
  readonly facts: readonly ReviewFact[]
  readonly current: ReviewFact | null
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
  /** The same of many clips, in one go; of clips that it does not fit nothing is said. */
  judgeMany(itemIds: readonly string[], judgement: Judgement): BulkJudged
  /** Takes back what was said of many clips at once. @throws AppError API_NOT_FOUND, API_BAD_REQUEST */
  undoMany(bulk: string, who: string): BulkUndone
  /** The clips of which something was said at once; empty when there was nothing. */
  ofBulk(bulk: string): string[]
  counts(): ReviewCounts
  /** Whether there are more clips than that; cheap to ask. */
  isLongerThan(clips: number): boolean
  /** Every label that a model said of a clip, or a person gave one. */
  labels(): string[]
  /** Whether a person has said something of a clip that is neither taken back nor a skip. */
  isJudged(itemId: string): boolean
  /** Whether what holds of a clip says what it shows, so that it can be learned from. */
  isLabelled(itemId: string): boolean
  close(): void
}

export function openReviewStore(options: {
  dataDir: string
  clock: Pick<Clock, 'nowMs'>
  /** Given by a process that runs for long: the database is read for damage, and its file is looked after. */
  guard?: Pick<FileGuard, 'watch'>
}): ReviewStore {
  const { dataDir, clock, guard } = options
  const database = openReviewDatabase(dataDir, { check: guard !== undefined })
  guard?.watch(database)
  const items = createReviewItems(database)
  const facts = createReviewFacts(database)
  const withFacts = (item: ReviewItem): ReviewedItem => {
    const said = facts.of(item.id)
    return { ...item, facts: said, current: currentFact(said) }
  }
  const counts = createReviewCounts(database)
  const get = (id: string): ReviewedItem | null => {
    const item = items.get(id)
    return item && withFacts(item)
  }
  const find = (idPrefix: string): ReviewedItem => {
    const found = items.beginningWith(idPrefix)
    if (found.length === 1) return withFacts(found[0]!)
    const why =
      found.length === 0 ? 'is not in the queue; see vireo review list' : 'begins several; give more of it'
    throw new AppError('API_BAD_REQUEST', `clip ${idPrefix} ${why}`)
  }

  return {
    known: items.known,
    add(wanted) {
      if (wanted.length === 0) return 0
      const addedMs = clock.nowMs()
      return transaction(database, () => wanted.filter((item) => items.add(item, addedMs)).length)
    },
    list: createReviewList(database, (row) => withFacts(toItem(row))),
    get,
    markRemoved(gone) {
      if (gone.length === 0) return
      transaction(database, () => {
        for (const { id, reason } of gone) items.markRemoved(id, reason)
      })
    },
    find,
    judge(itemId, judgement) {
      const item = find(itemId)
      const said = checkJudgement(item, judgement)
      const { verdict, who } = judgement
      const atMs = clock.nowMs()
      return transaction(database, () =>
        facts.add({ ...said, itemId: item.id, verdict, undoes: null, who, atMs }),
      )
    },
    undo(itemId, who) {
      const atMs = clock.nowMs()
      return transaction(database, () => {
        const { id, current } = find(itemId)
        if (current === null)
          throw new AppError('API_BAD_REQUEST', `clip ${itemId}: there is nothing to undo`)
        const said = { verdict: 'undo', labels: [], startMs: null, endMs: null } as const
        return facts.add({ ...said, itemId: id, undoes: current.seq, who, atMs })
      })
    },
    judgeMany(itemIds, judgement) {
      const atMs = clock.nowMs()
      const bulk = randomUUID().replaceAll('-', '')
      return transaction(database, () => {
        const { fits, refused } = judgeEach(itemIds, judgement, get)
        return { bulk, facts: fits.map((fact) => facts.add({ ...fact, atMs }, bulk)), refused }
      })
    },
    undoMany(bulk, who) {
      const atMs = clock.nowMs()
      return transaction(database, () => {
        const said = facts.ofBulk(bulk)
        if (said.length === 0)
          throw new AppError('API_NOT_FOUND', `there is no judgement ${bulk} of many clips`)
        const holds = said.filter(({ itemId, seq }) => currentFact(facts.of(itemId))?.seq === seq)
        if (holds.length === 0)
          throw new AppError('API_BAD_REQUEST', `judgement ${bulk}: there is nothing left to undo`)
        const undo = { verdict: 'undo', labels: [], startMs: null, endMs: null, who, atMs } as const
        const held = new Set(holds.map(({ itemId }) => itemId))
        return {
          facts: holds.map(({ itemId, seq }) => facts.add({ ...undo, itemId, undoes: seq })),
          kept: said.flatMap(({ itemId }) => (held.has(itemId) ? [] : itemId)),
        }
      })
    },
    ofBulk: (bulk) => facts.ofBulk(bulk).map(({ itemId }) => itemId),
    counts,
    isLongerThan: items.areMoreThan,
    labels: () => [...new Set([...items.labels(), ...facts.labels()])].sort(),
    isJudged(itemId) {
      const current = currentFact(facts.of(itemId))
      return current !== null && current.verdict !== 'skip'
    },
    isLabelled(itemId) {
      const current = currentFact(facts.of(itemId))
      return current !== null && labellingVerdicts.includes(current.verdict)
    },
    close: () => database.close(),
  }
}
