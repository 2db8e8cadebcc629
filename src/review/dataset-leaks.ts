import type { DatasetEntry } from './dataset-manifest.ts'

export interface DatasetLeak {
  readonly kind: 'group' | 'file' | 'time'
  /** What is on two sides: the group, the file's SHA-256, or the camera. */
  readonly what: string
  readonly entries: readonly [string, string]
}

/**
 * What stands on two sides of a split and makes its figures too good: a camera's day, the same file, or the same
 * moments of the same camera in two files (two alerts whose recordings overlap).
 */
export function findLeaks(entries: readonly DatasetEntry[]): DatasetLeak[] {
  const leaks: DatasetLeak[] = []
  const across = (kind: DatasetLeak['kind'], keyOf: (entry: DatasetEntry) => string) => {
    for (const [what, members] of Map.groupBy(entries, keyOf)) {
      const other = members.find(({ side }) => side !== members[0]!.side)
      if (other) leaks.push({ kind, what, entries: [members[0]!.id, other.id] })
    }
  }
  across('group', ({ group }) => group)
  across('file', ({ sha256 }) => sha256)
  for (const [camera, members] of Map.groupBy(entries, (entry) => entry.camera)) {
    const sorted = [...members].sort((a, b) => a.recordedMs - b.recordedMs)
    let latest: DatasetEntry | null = null
    const endOf = ({ recordedMs, startMs, endMs }: DatasetEntry) => recordedMs + endMs - startMs
    for (const entry of sorted) {
      if (latest && entry.recordedMs < endOf(latest) && entry.side !== latest.side)
        leaks.push({ kind: 'time', what: camera, entries: [latest.id, entry.id] })
      if (latest === null || endOf(entry) > endOf(latest)) latest = entry
    }
  }
  return leaks
}
