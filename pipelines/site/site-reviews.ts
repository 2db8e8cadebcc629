import type { Clock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/errors.ts'
import { presentFields } from '../../src/core/present-fields.ts'
import type { ReviewDetail, ReviewEntry, ReviewFactEntry, ReviewPort } from '../../src/http/review-port.ts'
import { openDatasetFolder } from '../../src/review/dataset-folder.ts'
import { parseDatasetReference } from '../../src/review/dataset-reference.ts'
import { diffDatasets } from '../../src/review/diff-datasets.ts'
import type { ReviewedItem } from '../../src/review/review-store.ts'
import type { ReviewFact } from '../../src/store/tables/review/review-item.ts'
import { buildDatasetInThread, diffDatasetsInThread, readDatasetInThread } from './dataset-thread.ts'
import { differenceOf, versionOf } from './dataset-view.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import type { ReviewQueue } from './review.ts'

const shortBytes = 200_000

/** Reviews and datasets as the REST API shows and changes them: the same queue and folder as from the command line. */
export function createSiteReviews(options: {
  queue: ReviewQueue
  dataDir: string
  clock: Pick<Clock, 'nowMs'>
}): ReviewPort {
  const { queue, dataDir, clock } = options
  const folder = openDatasetFolder(dataDir)
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

  return {
    reviewItems({ state, camera, reason, label, since, until, cursor, limit }) {
      const wanted = { cameraId: camera, reason, label, sinceMs: msOf(since), untilMs: msOf(until) }
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
      const thumbnailPath = path.replace(/\.mp4$/, '.jpg')
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
      return detail(id)
    },
    undo(id, who) {
      queue.undo(get(id).id, who)
      return detail(id)
    },
    datasets: () => folder.list(),
    buildDataset: (wish) => oneBuild(() => buildDatasetInThread({ ...wish, dataDir, clock })),
    async dataset(reference) {
      const wanted = find(reference)
      if (isShort(wanted)) return versionOf(folder.read(wanted.name, wanted.version))
      return await oneRead(() => readDatasetInThread({ dataDir, wanted }))
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
