import { cleanLine } from '../../../core/text/clean-text.ts'
import { countDataset, type DatasetCounts, type SideCounts } from '../../../review/dataset-counts.ts'
import { type DatasetManifest, datasetSides } from '../../../review/dataset-manifest.ts'

export function printDataset(manifest: DatasetManifest, json: boolean | undefined): void {
  const text = json ? `${JSON.stringify(manifest)}\n` : describeDataset(manifest, countDataset(manifest))
  process.stdout.write(text)
}

/** A table for people: clips of every label on every side. */
export function describeDataset({ name, version, parent }: DatasetManifest, counts: DatasetCounts): string {
  const row = (title: string, cells: readonly (string | number)[]) =>
    [cleanLine(title).padEnd(20), ...cells.map((cell) => String(cell).padStart(12))].join('')
  const of = (clips: SideCounts) => datasetSides.map((side) => clips[side])
  return [
    `${name} v${version}${parent === null ? '' : ` (after v${parent})`}: ${counts.clips} clips of ${counts.groups} groups`,
    row('label', datasetSides),
    ...counts.labels.map(({ label, clips }) => row(label, of(clips))),
    row('none of them', of(counts.none)),
    '',
  ].join('\n')
}
