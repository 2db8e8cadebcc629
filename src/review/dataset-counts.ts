import { type DatasetManifest, type DatasetSide, datasetSides } from './dataset-manifest.ts'

export type SideCounts = Readonly<Record<DatasetSide, number>>

/** How many clips show what, on which side. */
export interface DatasetCounts {
  readonly clips: number
  readonly groups: number
  /** Clips that show the label; one that shows several counts for each. */
  readonly labels: readonly { readonly label: string; readonly clips: SideCounts }[]
  /** Clips that show none of the labels. */
  readonly none: SideCounts
}

export function countDataset({ entries, labels }: DatasetManifest): DatasetCounts {
  const count = (shows: (list: readonly string[]) => boolean): SideCounts => {
    const on = (side: DatasetSide) =>
      entries.filter((entry) => entry.side === side && shows(entry.labels)).length
    return Object.fromEntries(datasetSides.map((side) => [side, on(side)])) as SideCounts
  }
  return {
    clips: entries.length,
    groups: new Set(entries.map(({ group }) => group)).size,
    labels: labels.map((label) => ({ label, clips: count((list) => list.includes(label)) })),
    none: count((list) => list.length === 0),
  }
}
