import type { DatasetEntry, DatasetManifest } from './dataset-manifest.ts'

export interface DatasetDiff {
  readonly added: readonly DatasetEntry[]
  readonly removed: readonly DatasetEntry[]
  /** Entries that say something else, with what. */
  readonly changed: readonly {
    readonly id: string
    readonly field: 'labels' | 'part' | 'side'
    readonly before: string
    readonly after: string
  }[]
}

/** What a dataset version has otherwise than another one. */
export function diffDatasets(before: DatasetManifest, after: DatasetManifest): DatasetDiff {
  const old = new Map(before.entries.map((entry) => [entry.id, entry]))
  const fresh = new Map(after.entries.map((entry) => [entry.id, entry]))
  const show = {
    labels: ({ labels, notLabels }: DatasetEntry) =>
      [labels.join('+') || 'none', ...notLabels.map((label) => `not ${label}`)].join(', '),
    part: ({ startMs, endMs }: DatasetEntry) => `${startMs}–${endMs} ms`,
    side: ({ side }: DatasetEntry) => side,
  }
  const fields = Object.keys(show) as (keyof typeof show)[]
  return {
    added: after.entries.filter(({ id }) => !old.has(id)),
    removed: before.entries.filter(({ id }) => !fresh.has(id)),
    changed: after.entries.flatMap((entry) => {
      const was = old.get(entry.id)
      if (!was) return []
      return fields
        .map((field) => ({ id: entry.id, field, before: show[field](was), after: show[field](entry) }))
        .filter(({ before, after }) => before !== after)
    }),
  }
}
