import { globSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { mediaDurationMs } from '../../src/camera/media-duration.ts'
import type { Clock } from '../../src/core/clock.ts'
import { AppError } from '../../src/core/errors.ts'
import { type AssignSides, buildDataset } from '../../src/review/build-dataset.ts'
import { datasetFromCoco } from '../../src/review/dataset-coco.ts'
import { datasetFromCsv } from '../../src/review/dataset-csv.ts'
import { datasetFromCvat } from '../../src/review/dataset-cvat.ts'
import { openDatasetFolder } from '../../src/review/dataset-folder.ts'
import type { DatasetEntry, DatasetManifest, DatasetSide } from '../../src/review/dataset-manifest.ts'
import type { ForeignEntry } from '../../src/review/foreign-entry.ts'
import { entriesOfFolders, importEntries } from '../../src/review/import-dataset.ts'
import type { ReviewedItem } from '../../src/review/review-store.ts'
import { everyItem } from '../../src/store/every-item.ts'
import { splitByGroup, splitSides } from '../../src/train/evaluate/split-by-group.ts'
import { refuseNewLabels } from './known-labels.ts'
import { openReviewQueue } from './review.ts'

export interface DatasetOptions {
  readonly dataDir: string
  readonly name: string
  readonly seed: number
  readonly shares: Readonly<Record<DatasetSide, number>>
  readonly clock: Pick<Clock, 'nowMs'>
}

/** Everything that people judged → groups → sides → a new version. Imported footage of the version before stays. */
export async function buildDatasetVersion(options: DatasetOptions): Promise<DatasetManifest> {
  const queue = openReviewQueue(options)
  try {
    return await newVersion(options, {
      items: [...everyItem((request) => queue.list({ state: 'done' }, request))],
      stays: ({ reason }) => reason === 'import',
      added: [],
    })
  } finally {
    queue.close()
  }
}

/**
 * Footage that another tool labelled → a new version with it. `source` is a CSV, a COCO JSON, a CVAT XML, or a folder
 * with one folder for each label. What the version before had stays; the same part of the same file is replaced.
 *
 * @throws AppError TRAIN_DATA, TRAIN_SPLIT
 */
export async function importDataset(
  options: DatasetOptions & {
    source: string
    /** Folder that relative paths start at. Absent: that of the source. */
    root?: string
    background: string
    /** Labels that are in use; without it, or with none, every label may come. */
    known?: readonly string[]
    /** Of the tracks in a CVAT file. */
    fps?: number
    onProgress?: (done: number, total: number) => void
  },
): Promise<DatasetManifest> {
  const { source, onProgress } = options
  const foreign = readForeign(options)
  refuseNewLabels([...new Set(foreign.flatMap(({ labels }) => labels))], options.known ?? [], {
    where: source,
    allow: 'If it is meant, give --new',
    code: 'TRAIN_DATA',
  })
  const entries = await importEntries({
    entries: foreign,
    root: options.root ?? (isFolder(source) ? source : dirname(source)),
    durationMsOf: mediaDurationMs,
    ...(onProgress ? { onProgress } : {}),
  })
  if (entries.length === 0) throw new AppError('TRAIN_DATA', `${source}: there is nothing labelled in it`)
  return newVersion(options, { items: [], stays: () => true, added: entries })
}

type Content = {
  readonly items: readonly ReviewedItem[]
  /** Which entries of the version before are in this one too. */
  readonly stays: (entry: DatasetEntry) => boolean
  readonly added: readonly Omit<DatasetEntry, 'side'>[]
}

async function newVersion(options: DatasetOptions, content: Content): Promise<DatasetManifest> {
  const { dataDir, name, clock } = options
  const { items, stays, added } = content
  const folder = openDatasetFolder(dataDir)
  const parent = folder.newest(name)
  const fresh = new Set(added.map(({ id }) => id))
  const kept = (parent?.entries ?? []).filter((entry) => stays(entry) && !fresh.has(entry.id))
  const imported = [...kept, ...added]
  const manifest = buildDataset({ ...options, items, imported, parent, nowMs: clock.nowMs(), assign })
  await folder.write(manifest)
  return manifest
}

const assign: AssignSides = (options) => {
  const { split } = splitByGroup(options)
  return new Map(splitSides.flatMap((side) => split[side].map(({ group }) => [group, side] as const)))
}

function readForeign(options: { source: string; background: string; fps?: number }): ForeignEntry[] {
  const { source, background, fps = null } = options
  if (isFolder(source)) {
    const videos = globSync('*/*.{mp4,avi,mkv,mov,webm}', { cwd: source }).sort()
    return entriesOfFolders(videos, background)
  }
  let bytes: Uint8Array
  try {
    bytes = readFileSync(source)
  } catch (cause) {
    throw new AppError('TRAIN_DATA', `${source} cannot be read (${(cause as Error).message})`, { cause })
  }
  // Without the byte order mark that some editors write.
  const text = new TextDecoder().decode(bytes)
  switch (extname(source).toLowerCase()) {
    case '.csv':
      return datasetFromCsv(bytes, source, { background })
    case '.json':
      return datasetFromCoco(text, source)
    case '.xml':
      return datasetFromCvat(text, source, { background, fps })
    default:
      throw new AppError('TRAIN_DATA', `${source}: give a .csv, a COCO .json, a CVAT .xml or a folder`)
  }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
