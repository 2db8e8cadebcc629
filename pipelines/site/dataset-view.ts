import type {
  DatasetClip,
  DatasetDifference,
  DatasetSummary,
  DatasetVersion,
} from '../../src/http/review-port.ts'
import { countDataset } from '../../src/review/dataset-counts.ts'
import { findLeaks } from '../../src/review/dataset-leaks.ts'
import type { DatasetEntry, DatasetManifest, DatasetSide } from '../../src/review/dataset-manifest.ts'
import type { DatasetDiff } from '../../src/review/diff-datasets.ts'

const mostLeaks = 20
const iso = (ms: number) => new Date(ms).toISOString()

/** A version as the REST API shows it: without the files' places on this machine. */
export function versionOf(manifest: DatasetManifest): DatasetVersion {
  const { name, version, parent, createdMs, seed, shares, contentSha256, entries } = manifest
  return {
    name,
    version,
    parent,
    createdAt: iso(createdMs),
    seed,
    shares,
    contentSha256,
    counts: countDataset(manifest),
    clips: entries.map(clipOf),
  }
}

/** How a version is balanced, and what stands on two sides of it. */
export function summaryOf(manifest: DatasetManifest): DatasetSummary {
  const { clips: _clips, ...version } = versionOf({ ...manifest, entries: [] })
  const { entries } = manifest
  const on = (side: DatasetSide) =>
    new Set(entries.filter((entry) => entry.side === side).map(({ group }) => group)).size
  const reasons = [...Map.groupBy(entries, ({ reason }) => reason)]
  return {
    ...version,
    counts: countDataset(manifest),
    groups: { train: on('train'), validation: on('validation'), test: on('test') },
    reasons: reasons.map(([reason, members]) => ({ reason, clips: members.length })),
    leaks: findLeaks(entries)
      .slice(0, mostLeaks)
      .map(({ kind, what }) => ({ kind, what })),
  }
}

/** The same for what two versions have otherwise. */
export function differenceOf({ added, removed, changed }: DatasetDiff): DatasetDifference {
  return { added: added.map(clipOf), removed: removed.map(clipOf), changed }
}

function clipOf({ path: _path, fact: _fact, recordedMs, ...entry }: DatasetEntry): DatasetClip {
  return { ...entry, recordedAt: iso(recordedMs) }
}
