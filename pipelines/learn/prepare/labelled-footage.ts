import { existsSync } from 'node:fs'
import { openDatasetFolder } from '../../../src/review/dataset-folder.ts'
import type { DatasetEntry, DatasetManifest } from '../../../src/review/dataset-manifest.ts'
import {
  type LabelledSet,
  type LabelledVideo,
  readLabelledSet,
} from '../../../src/train/data/labelled-set.ts'
import type { SplitSide } from '../../../src/train/evaluate/split-by-group.ts'

export interface LabelledFootage {
  readonly set: LabelledSet
  /** Sides that groups have in the dataset versions. */
  readonly sides: ReadonlyMap<string, SplitSide>
  /** The dataset versions that were named. */
  readonly versions: readonly DatasetManifest[]
  /** Whether clips have the label `background` because a person said that they show none. */
  readonly hasNone: boolean
}

const datasetSource = /^dataset:([a-z0-9-]+)(?:@v?(\d+))?$/

/**
 * Labelled footage of CSV files and folders, and of dataset versions: `dataset:NAME` is the newest, `dataset:NAME@3`
 * the third. A clip that shows none of the labels has the label `background`. Entries that cannot be learned from are
 * left out and told: footage that retention removed, and clips that show several labels at once.
 *
 * @throws AppError TRAIN_DATA
 */
export async function labelledFootage(options: {
  sources: readonly string[]
  dataDir: string
  background: string
  onNotice?: (text: string) => void
}): Promise<LabelledFootage> {
  const { sources, dataDir, background, onNotice } = options
  const folder = openDatasetFolder(dataDir)
  const versions = sources.flatMap((source) => {
    const [, name, version] = datasetSource.exec(source) ?? []
    return name === undefined ? [] : [folder.read(name, version === undefined ? undefined : Number(version))]
  })
  const items: LabelledVideo[] = []
  const sides = new Map<string, SplitSide>()
  for (const manifest of versions) {
    const usable = manifest.entries.filter((entry) => whyNot(entry) === null)
    items.push(...usable.map((entry) => videoOf(entry, background)))
    for (const { group, side } of usable) sides.set(group, side)
    tellLeftOut(manifest, onNotice)
  }
  const files = sources.filter((source) => !datasetSource.test(source))
  const set = await readLabelledSet(files, items)
  const hasNone = versions.some(({ entries }) => entries.some(({ labels }) => labels.length === 0))
  return { set, sides, versions, hasNone }
}

function videoOf(entry: DatasetEntry, background: string): LabelledVideo {
  const { id, path, startMs, endMs, group, labels } = entry
  return { id, path, startMs, endMs, group, label: labels[0] ?? background }
}

function whyNot({ path, labels }: DatasetEntry): string | null {
  if (labels.length > 1)
    return 'show several labels at once; trim them to the part that shows one (vireo review label --as … --start …)'
  return existsSync(path) ? null : 'were removed from the disk'
}

function tellLeftOut(manifest: DatasetManifest, onNotice?: (text: string) => void): void {
  const { name, version, entries } = manifest
  for (const [why, left] of Map.groupBy(entries, whyNot))
    if (why !== null)
      onNotice?.(
        `dataset ${name} v${version}: ${left.length} of ${entries.length} clips ${why}; the first is ${left[0]!.id}`,
      )
}
