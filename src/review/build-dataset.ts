import { AppError } from '../core/errors.ts'
import { findLeaks } from './dataset-leaks.ts'
import {
  type DatasetEntry,
  type DatasetManifest,
  type DatasetSide,
  datasetSides,
  dayGroup,
  sealManifest,
} from './dataset-manifest.ts'
import { judgedPart, labellingVerdicts } from './judged-part.ts'
import type { ReviewedItem } from './review-store.ts'

/** Gives every group a side; groups in `fixed` keep theirs. */
export type AssignSides = (options: {
  items: readonly { readonly id: string; readonly group: string; readonly label: string | null }[]
  shares: Readonly<Record<DatasetSide, number>>
  seed: number
  fixed: ReadonlyMap<string, DatasetSide>
}) => ReadonlyMap<string, DatasetSide>

export interface BuildDatasetOptions {
  readonly name: string
  /** Clips with what was said of them; those without a judgement that says what they show are left out. */
  readonly items: readonly ReviewedItem[]
  /** Footage with labels from elsewhere. */
  readonly imported?: readonly Omit<DatasetEntry, 'side'>[]
  /** The version before: its groups stay on their sides, so that the hold-out stays one. */
  readonly parent: DatasetManifest | null
  readonly shares: Readonly<Record<DatasetSide, number>>
  readonly seed: number
  readonly nowMs: number
  readonly assign: AssignSides
}

/**
 * A new dataset version of everything that people judged. A confirmed or relabelled clip shows its labels; a rejected
 * one shows none and says what was denied; unsure and skipped ones are left out.
 *
 * @throws AppError TRAIN_DATA when nothing is labelled, TRAIN_SPLIT when there are too few groups
 */
export function buildDataset(options: BuildDatasetOptions): DatasetManifest {
  const { name, items, imported = [], parent, shares, seed, nowMs, assign } = options
  const open = [...items.flatMap(entryOf), ...imported].sort((a, b) => (a.id < b.id ? -1 : 1))
  const twice = open.find(({ id }, index) => open[index - 1]?.id === id)
  if (twice) throw new AppError('TRAIN_DATA', `dataset ${name}: the clip ${twice.id} is in it twice`)
  if (open.length === 0)
    throw new AppError(
      'TRAIN_DATA',
      `dataset ${name}: no clip is labelled yet; see vireo review list and vireo review label`,
    )
  const groups = joinOverlapping(open)
  const fixed = new Map<string, DatasetSide>()
  for (const { id, group, side } of parent?.entries ?? []) {
    const root = groups.get(id) ?? group
    // Where groups of two sides became one, what was held out stays held out.
    const before = fixed.get(root)
    if (before === undefined || datasetSides.indexOf(side) > datasetSides.indexOf(before))
      fixed.set(root, side)
  }
  const sides = assign({
    items: open.map((entry) => ({
      id: entry.id,
      group: groups.get(entry.id)!,
      label: entry.labels[0] ?? null,
    })),
    shares,
    seed,
    fixed,
  })
  const entries = open.map((entry): DatasetEntry => {
    const group = groups.get(entry.id)!
    return { ...entry, group, side: sides.get(group)! }
  })
  const leak = findLeaks(entries)[0]
  if (leak)
    throw new AppError(
      'TRAIN_SPLIT',
      `dataset ${name}: ${leak.what} is on two sides (clips ${leak.entries.join(' and ')}, same ${leak.kind})`,
    )
  return sealManifest({
    formatVersion: 1,
    name,
    version: (parent?.version ?? 0) + 1,
    createdMs: nowMs,
    parent: parent?.version ?? null,
    seed,
    shares,
    labels: [...new Set(entries.flatMap(({ labels, notLabels }) => [...labels, ...notLabels]))].sort(),
    entries,
  })
}

function entryOf(item: ReviewedItem): Omit<DatasetEntry, 'side'>[] {
  const { id, path, sha256, cameraId, startedMs, reason, label, current } = item
  if (current === null || !labellingVerdicts.includes(current.verdict)) return []
  const { startMs, endMs } = judgedPart(item, current)
  const denied = label !== null && !current.labels.includes(label)
  return [
    {
      id,
      path,
      sha256,
      startMs,
      endMs,
      camera: cameraId,
      recordedMs: Math.round(startedMs + startMs),
      group: dayGroup(cameraId, startedMs),
      labels: [...current.labels],
      notLabels: denied ? [label] : [],
      said: label,
      reason,
      fact: current.seq,
      who: current.who,
    },
  ]
}

/**
 * The group of every entry. Groups that share a file or a moment of a camera (a clip across midnight) become one,
 * named after the first.
 */
function joinOverlapping(entries: readonly Omit<DatasetEntry, 'side'>[]): Map<string, string> {
  const parent = new Map(entries.map(({ group }) => [group, group]))
  const root = (group: string): string => {
    const up = parent.get(group)!
    return up === group ? group : root(up)
  }
  const join = (a: string, b: string) => {
    const [first, second] = [root(a), root(b)].sort() as [string, string]
    parent.set(second, first)
  }
  for (const members of Map.groupBy(entries, ({ sha256 }) => sha256).values())
    for (const member of members) join(member.group, members[0]!.group)
  for (const members of Map.groupBy(entries, ({ camera }) => camera).values()) {
    const sorted = [...members].sort((a, b) => a.recordedMs - b.recordedMs)
    let latest = sorted[0]!
    const endOf = ({ recordedMs, startMs, endMs }: (typeof sorted)[number]) => recordedMs + endMs - startMs
    for (const entry of sorted) {
      if (entry.recordedMs < endOf(latest)) join(entry.group, latest.group)
      if (endOf(entry) > endOf(latest)) latest = entry
    }
  }
  return new Map(entries.map(({ id, group }) => [id, root(group)]))
}
