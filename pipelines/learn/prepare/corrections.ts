import { openDatasetFolder } from '../../../src/review/dataset-folder.ts'
import type { DatasetEntry, DatasetManifest } from '../../../src/review/dataset-manifest.ts'
import type { Correction } from '../../../src/train/evaluate/corrected-clips.ts'

/** Name of a dataset version in lineages and reports. */
export const datasetName = ({ name, version }: Pick<DatasetManifest, 'name' | 'version'>) =>
  `${name}@${version}`

/**
 * What people corrected in dataset versions since the versions of the same datasets that the live model learned from:
 * clips that they gave another label than the model had, and clips in which it had seen nothing.
 *
 * @param learned dataset versions of the live model, by datasetName. One that is gone counts as never learned from.
 */
export function correctionsSince(options: {
  dataDir: string
  versions: readonly DatasetManifest[]
  learned: readonly string[]
}): Omit<Correction, 'side'>[] {
  const { dataDir, versions, learned } = options
  const folder = openDatasetFolder(dataDir)
  const there = new Set(
    folder.list().flatMap(({ name, versions: all }) => all.map((version) => datasetName({ name, version }))),
  )
  return versions.flatMap((manifest) => {
    const before = new Map<string, string>()
    for (const each of learned.filter((name) => there.has(name))) {
      const [name, version] = each.split('@') as [string, string]
      if (name === manifest.name)
        for (const entry of folder.read(name, Number(version)).entries) before.set(entry.id, judgement(entry))
    }
    return manifest.entries.flatMap((entry) =>
      isCorrection(entry) && before.get(entry.id) !== judgement(entry)
        ? [{ id: entry.id, said: entry.said ?? entry.notLabels[0] ?? null }]
        : [],
    )
  })
}

const judgement = ({ labels, startMs, endMs }: DatasetEntry) => JSON.stringify([labels, startMs, endMs])

function isCorrection({ labels, notLabels, said }: DatasetEntry): boolean {
  return notLabels.length > 0 || (said === null && labels.length > 0)
}
