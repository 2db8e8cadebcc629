import type { DatasetClip, DatasetDifference, DatasetVersion } from '../../src/http/review-port.ts'
import { countDataset } from '../../src/review/dataset-counts.ts'
import type { DatasetEntry, DatasetManifest } from '../../src/review/dataset-manifest.ts'
import type { DatasetDiff } from '../../src/review/diff-datasets.ts'

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

/** The same for what two versions have otherwise. */
export function differenceOf({ added, removed, changed }: DatasetDiff): DatasetDifference {
  return { added: added.map(clipOf), removed: removed.map(clipOf), changed }
}

function clipOf({ path: _path, fact: _fact, recordedMs, ...entry }: DatasetEntry): DatasetClip {
  return { ...entry, recordedAt: iso(recordedMs) }
}
