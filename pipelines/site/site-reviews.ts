import type { Clock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/errors.ts'
import { presentFields } from '../../src/core/present-fields.ts'
import { clipEndings } from '../../src/core/recorded-clip.ts'
import type { ReviewChange } from '../../src/http/events/events-port.ts'
import type {
  CurvePoint,
  Mistake,
  ReviewDetail,
  ReviewEntry,
  ReviewFactEntry,
  ReviewPort,
} from '../../src/http/review-port.ts'
import { openDatasetFolder } from '../../src/review/dataset-folder.ts'
import { parseDatasetReference } from '../../src/review/dataset-reference.ts'
import { diffDatasets } from '../../src/review/diff-datasets.ts'
import type { EnoughRules } from '../../src/review/review-progress.ts'
import type { ReviewedItem } from '../../src/review/review-store.ts'
import type { ReviewFact } from '../../src/store/tables/review/review-item.ts'
import {
  buildDatasetInThread,
  diffDatasetsInThread,
  readDatasetInThread,
  summarizeInThread,
} from './dataset-thread.ts'
import { differenceOf, summaryOf, versionOf } from './dataset-view.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import type { ReviewQueue } from './review.ts'
import { createReviewCounter } from './reviews/count-reviews.ts'

const shortBytes = 200_000
/** Where nothing is learned by a schedule: as the settings of learning are unless they are given. */
const usualRules: EnoughRules = { minClassItems: 5, testShare: 0.2, validationShare: 0.15, folds: 3 }

export interface VersionFigures {
  readonly curve: readonly CurvePoint[]
  readonly mistakes: readonly Omit<Mistake, 'inQueue'>[]
}

/** Reviews and datasets as the REST API shows and changes them: the same queue and folder as from the command line. */
export function createSiteReviews(options: {
  queue: ReviewQueue
  dataDir: string
  clock: Pick<Clock, 'nowMs'>
  /** What learning asks of labelled clips. */
  rules?: () => EnoughRules
  /** Labels of models and datasets. */
  known?: () => readonly string[]
  /** What the versions were worth, and of which labelled clips the live one is wrong. */
  versions?: () => Promise<VersionFigures>
  /** Told of what people say. */
  changed?: (change: ReviewChange & { readonly cameraId: string }) => void
}): ReviewPort {
  const { queue, dataDir, clock, rules = () => usualRules, known = () => [], changed = () => {} } = options
  const { versions = async () => ({ curve: [], mistakes: [] }) } = options
  const folder = openDatasetFolder(dataDir)
  const count = createReviewCounter({ queue, dataDir, clock })
  const oneBuild = createOneAtATime('a dataset is being built')
  const oneRead = createOneAtATime('datasets are being read', 4)

  const get = (id: string): ReviewedItem => {
    const item = queue.get(id)
    if (item) return item
    throw new AppError('API_NOT_FOUND', `there is no clip ${id} in the review queue`)
  }
  const detail = (id: string): ReviewDetail => {
    const item = get(id)
    const clip = queue.clip(id)
    const path = (name: string) => (item.removedReason === null ? `/api/v1/review/${id}/${name}` : null)
    return {
      ...entryOf(item),
      sha256: item.sha256,
      scores: clip?.scores ?? [],
      rule: clip?.rule ?? null,
      bytes: clip?.bytes ?? null,
      preRollMs: clip?.preRollMs ?? null,
      endReason: clip?.endReason ?? null,
      facts: item.facts.map(factOf),
      media: path('media'),
      thumbnail: path('thumbnail'),
    }
  }
  /** The version that a reference names. */
  const find = (reference: string) => {
    const { name, version } = parseDatasetReference(reference)
    const known = folder.list().find((each) => each.name === name)?.versions ?? []
    if (known.length === 0) throw new AppError('API_NOT_FOUND', `there is no dataset ${name}`)
    if (version !== undefined && !known.includes(version))
      throw new AppError('API_NOT_FOUND', `dataset ${name} has no version ${version}`)
    return { name, version: version ?? known.at(-1)! }
  }

  /** Short ones are read at once: a thread takes longer to begin. */
  const isShort = ({ name, version }: ReturnType<typeof find>) => folder.bytesOf(name, version) < shortBytes

  const camerasOf = (ids: readonly string[]) => [
    ...new Set(ids.flatMap((id) => queue.get(id)?.cameraId ?? [])),
  ]
  const tell = (change: ReviewChange['change'], ids: readonly string[], who: string) => {
    const told = Map.groupBy(ids, (id) => queue.get(id)?.cameraId)
    // Once for each camera, so that nobody is told of clips that he may not see.
    for (const [cameraId, own] of told)
      if (cameraId !== undefined) changed({ change, id: own[0]!, count: own.length, who, cameraId })
  }

  return {
    camerasOf,
    camerasOfBulk: (id) => camerasOf(queue.ofBulk(id)),
    async counters(cameras) {
      const mayLook = (id: string) => cameras === null || cameras.includes(id)
      const progress = await count(rules(), cameras)
      const { curve, mistakes } = await versions()
      const worst = mistakes.flatMap((mistake): Mistake[] => {
        const item = queue.get(mistake.id)
        // Of one that left the queue nobody knows the camera any more.
        if (item ? !mayLook(item.cameraId) : cameras !== null) return []
        return [{ ...mistake, inQueue: item !== null && item.removedReason === null }]
      })
      return { ...progress, curve, worst }
    },
    async labels(cameras) {
      const inUse = known()
      const used = new Set(inUse)
      const progress = await count(rules(), cameras)
      const clips = new Map(progress.labels.map((each) => [each.label, each.clips]))
      return queue
        .labels(inUse)
        .map((label) => ({ label, clips: clips.get(label) ?? 0, known: used.has(label) }))
        .filter(({ clips, known }) => cameras === null || known || clips > 0)
        .sort((a, b) => b.clips - a.clips || (a.label < b.label ? -1 : 1))
    },
    judgeMany(ids, judgement) {
      const { bulk, facts, refused } = queue.judgeMany(ids, judgement)
      const judged = facts.map(({ itemId }) => itemId)
      tell('judged', judged, judgement.who)
      return { id: bulk, judged, refused }
    },
    undoMany(id, who) {
      const { facts, kept } = queue.undoMany(id, who)
      const undone = facts.map(({ itemId }) => itemId)
      tell('undone', undone, who)
      return { undone, kept }
    },
    reviewItems({ state, camera, cameras, shows, reason, label, since, until, cursor, limit }) {
      const where = { cameraId: camera, cameraIds: cameras, shows }
      const wanted = { ...where, reason, label, sinceMs: msOf(since), untilMs: msOf(until) }
      const { items, next } = queue.list(
        presentFields({ ...wanted, state: state === 'all' ? undefined : state }),
        presentFields({ limit, after: cursor }),
      )
      return { items: items.map(entryOf), next }
    },
    reviewItem: detail,
    reviewMedia(id) {
      const { path, sha256, cameraId, startedMs, removedReason } = get(id)
      if (removedReason !== null)
        throw new AppError('API_NOT_FOUND', `the recording of ${id} was removed (${removedReason})`)
      const thumbnailPath = path.replace(/\.mp4$/, clipEndings.picture)
      return { path, thumbnailPath, sha256, cameraId, startedAt: iso(startedMs) }
    },
    judge(id, { labels, newLabels, startMs, endMs, verdict, who }) {
      queue.judge(get(id).id, {
        verdict,
        who,
        ...(labels === undefined ? {} : { labels }),
        ...(newLabels === undefined ? {} : { newLabels }),
        ...(startMs === undefined ? {} : { startMs }),
        ...(endMs === undefined ? {} : { endMs }),
      })
      tell('judged', [id], who)
      return detail(id)
    },
    undo(id, who) {
      queue.undo(get(id).id, who)
      tell('undone', [id], who)
      return detail(id)
    },
    datasets: () => folder.list(),
    buildDataset: (wish) => oneBuild(() => buildDatasetInThread({ ...wish, dataDir, clock })),
    async dataset(reference) {
      const wanted = find(reference)
      if (isShort(wanted)) return versionOf(folder.read(wanted.name, wanted.version))
      return await oneRead(() => readDatasetInThread({ dataDir, wanted }))
    },
    async datasetSummary(reference) {
      const wanted = find(reference)
      if (isShort(wanted)) return summaryOf(folder.read(wanted.name, wanted.version))
      return await oneRead(() => summarizeInThread({ dataDir, wanted }))
    },
    async datasetDiff(given, wanted) {
      const [before, after] = [find(given), find(wanted)]
      const read = ({ name, version }: typeof before) => folder.read(name, version)
      if (isShort(before) && isShort(after)) return differenceOf(diffDatasets(read(before), read(after)))
      return await oneRead(() => diffDatasetsInThread({ dataDir, before, after }))
    },
  }
}

const msOf = (time: string | undefined) => (time === undefined ? time : Date.parse(time))
const iso = (ms: number) => new Date(ms).toISOString()

function factOf({ itemId: _item, atMs, ...fact }: ReviewFact): ReviewFactEntry {
  return { ...fact, at: iso(atMs) }
}

/** Without the file's place on this machine, which says nothing to somebody elsewhere. */
function entryOf(item: ReviewedItem): ReviewEntry {
  const { path: _path, sha256: _hash, startedMs, facts: _facts, current, ...rest } = item
  const waits = current === null || current.verdict === 'skip'
  const state = !waits ? 'done' : item.removedReason === null ? 'waiting' : 'removed'
  return { ...rest, startedAt: iso(startedMs), state, current: current === null ? null : factOf(current) }
}
