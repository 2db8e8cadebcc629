import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../src/core/clock.ts'
import { dataFiles } from '../../src/core/data-dir.ts'
import type { BulkJudged, BulkUndone } from '../../src/review/check-judgement.ts'
import type { Judgement } from '../../src/review/judgement.ts'
import { openReviewStore, type ReviewStore } from '../../src/review/review-store.ts'
import { everyPage } from '../../src/store/every-item.ts'
import type { FileGuard } from '../../src/store/file-guard.ts'
import { type ClipReader, type ClipRow, openClipReader } from '../../src/store/tables/clip-reader.ts'
import { markReviewed } from '../../src/store/tables/mark-reviewed.ts'
import type { ReviewFact, ReviewItem } from '../../src/store/tables/review/review-item.ts'
import { refuseNewLabels } from './known-labels.ts'

export interface QueueJudgement extends Judgement {
  readonly newLabels?: boolean
}

/** The queue of clips that people judge, with every alert and every sample that has a clip in it. */
export interface ReviewQueue
  extends Pick<
    ReviewStore,
    'list' | 'get' | 'find' | 'isLabelled' | 'markRemoved' | 'ofBulk' | 'counts' | 'isLongerThan'
  > {
  /** @throws AppError API_BAD_REQUEST, also for a label that nobody uses yet, unless `newLabels` says that it is meant */
  judge(idPrefix: string, judgement: QueueJudgement): ReviewFact
  undo(idPrefix: string, who: string): ReviewFact
  /** The same judgement of many clips, by their whole ids, as one step. */
  judgeMany(ids: readonly string[], judgement: QueueJudgement): BulkJudged
  undoMany(bulk: string, who: string): BulkUndone
  /** Labels that are in use, or were said or given once. Whoever has just read those in use gives them. */
  labels(inUse?: readonly string[]): string[]
  /** What the database knows of a clip besides. */
  clip(id: string): ClipRow | null
  close(): void
}

/** No clip is longer, and none is finished later than that after its beginning. */
const longestClipMs = 2 * 3_600_000

/** Clips of alerts and samples → queue → what people say → retention knows. Works beside a running `vireo run`. */
export function openReviewQueue(options: {
  dataDir: string
  clock: Pick<Clock, 'nowMs'>
  guard?: Pick<FileGuard, 'watch'>
  /** Labels that are in use besides those of the queue; without it every label may be given. */
  known?: () => readonly string[]
}): ReviewQueue {
  const { dataDir, clock, known } = options
  const store = openReviewStore(options)
  let clips: ClipReader | null = null
  let addedMs = Number.NEGATIVE_INFINITY
  let takenVersion = Number.NaN

  const reader = () => {
    if (clips === null && existsSync(join(dataDir, dataFiles.events))) clips = openClipReader(dataDir)
    return clips
  }
  /** Takes in what was recorded or removed since the call before, at first everything. */
  const takeIn = () => {
    const found = reader()
    if (!found) return
    const nowMs = clock.nowMs()
    const version = found.writtenVersion()
    // One request asks of many clips: the same two hours are not read for each of them.
    if (version === takenVersion) {
      addedMs = nowMs
      return
    }
    const filter = { of: 'all', removed: true, sinceMs: Math.max(0, addedMs - longestClipMs) } as const
    const isFirst = addedMs === Number.NEGATIVE_INFINITY
    for (const page of everyPage((request) => found.marks(filter, request))) {
      const known = store.known(page.at(-1)!.startedMs, page[0]!.startedMs)
      // Clips that came into the queue before the part was kept are read once more, at the start.
      const isNew = (id: string) => !known.has(id) || (isFirst && !known.get(id)!.hasPart)
      const added = page.filter(({ id, removedReason }) => removedReason === null && isNew(id))
      store.add(added.flatMap(({ id }) => found.get(id) ?? []).map(toItem))
      store.markRemoved(
        page.flatMap(({ id, removedReason }) =>
          removedReason !== null && known.get(id)?.isRemoved === false ? { id, reason: removedReason } : [],
        ),
      )
    }
    addedMs = nowMs
    takenVersion = version
  }
  const tellRetention = (facts: readonly ReviewFact[]) => {
    if (!reader()) return
    const reviewedMs = clock.nowMs()
    const marks = facts.map(({ itemId }) => ({
      alertId: itemId,
      reviewedMs: store.isJudged(itemId) ? reviewedMs : null,
    }))
    markReviewed(dataDir, marks)
  }
  const check = ({ labels = [], newLabels = false }: QueueJudgement, where: string) => {
    if (!known || labels.length === 0 || newLabels) return
    refuseNewLabels(labels, inUse(known(), store.labels()), {
      where,
      allow: 'If it is meant, give --new (newLabels: true in the REST API)',
      code: 'API_BAD_REQUEST',
    })
  }
  const fresh =
    <A extends unknown[], T>(ask: (...given: A) => T) =>
    (...given: A): T => {
      takeIn()
      return ask(...given)
    }
  try {
    takeIn()
  } catch (thrown) {
    store.close()
    throw thrown
  }
  return {
    ...store,
    list: fresh(store.list),
    get: fresh(store.get),
    clip: (id) => reader()?.get(id) ?? null,
    counts: fresh(store.counts),
    isLongerThan: fresh(store.isLongerThan),
    labels: (inUse = known?.() ?? []) => [...new Set([...inUse, ...store.labels()])].sort(),
    judge(idPrefix, { newLabels, ...judgement }) {
      check({ ...judgement, ...(newLabels === undefined ? {} : { newLabels }) }, `clip ${idPrefix}`)
      const fact = store.judge(idPrefix, judgement)
      tellRetention([fact])
      return fact
    },
    undo(idPrefix, who) {
      const fact = store.undo(idPrefix, who)
      tellRetention([fact])
      return fact
    },
    judgeMany(ids, { newLabels, ...judgement }) {
      takeIn()
      check({ ...judgement, ...(newLabels === undefined ? {} : { newLabels }) }, `${ids.length} clips`)
      const judged = store.judgeMany(ids, judgement)
      tellRetention(judged.facts)
      return judged
    },
    undoMany(bulk, who) {
      const undone = store.undoMany(bulk, who)
      tellRetention(undone.facts)
      return undone
    },
    close() {
      clips?.close()
      store.close()
    },
  }
}

/**
 * Where in its clip the model said it. It may have been said since before the clip begins, as at a camera's first
 * frames: then from the clip's beginning. A rule about people may have held since long before its clip begins; then
 * this is all that follows the pre-roll.
 */
function saidPart({ preRollMs, lastedMs, durationMs }: ClipRow) {
  const within = (ms: number) => Math.round(Math.min(Math.max(0, ms), durationMs))
  const [saidFromMs, saidToMs] = [within(preRollMs), within(preRollMs + lastedMs)]
  return saidToMs > saidFromMs ? { saidFromMs, saidToMs } : { saidFromMs: null, saidToMs: null }
}

/** Labels of the queue count beside others: alone, they are only what one person gave first. */
const inUse = (known: readonly string[], given: readonly string[]) =>
  known.length === 0 ? [] : [...new Set([...known, ...given])].sort()

function toItem(row: ClipRow): ReviewItem {
  const { alertId, why, cameraId, path, sha256, startedMs, durationMs, label, score, modelVersion } = row
  return {
    id: alertId,
    reason: why,
    cameraId,
    path,
    sha256,
    startedMs,
    durationMs,
    score,
    modelVersion,
    ...saidPart(row),
    label,
    explanation: row.explanation,
    removedReason: null,
  }
}
