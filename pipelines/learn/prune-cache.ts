import { cachedNames } from '../../src/train/data/clip-cache.ts'
import { type PrunedCache, pruneClipCache } from '../../src/train/data/prune-clip-cache.ts'
import { lifterId } from '../look/lift-people.ts'
import { cacheDirOf, type LearnJob, sizeOf } from './job.ts'

const dayMs = 86_400_000
const gigabyte = 1e9

/** Keeps the decoded footage within `learning.cache`; what this run learns from stays. Says what was removed. */
export async function pruneCache(job: LearnJob): Promise<PrunedCache> {
  const { learning, dataDir, split, footage, clock, onNotice } = job
  const { maxAgeDays, maxGb } = learning.cache
  const videos = [...footage, ...split.train, ...split.validation, ...split.test]
  const pruned = await pruneClipCache({
    cacheDir: cacheDirOf(dataDir),
    limits: { maxAgeMs: maxAgeDays * dayMs, maxBytes: maxGb * gigabyte },
    nowMs: clock.nowMs(),
    keep: await cachedNames(videos, sizeOf(job), await lifterId(job)),
  })
  const { removed, removedBytes, keptBytes } = pruned
  const old = removed.filter(({ why }) => why === 'age').length
  const size = (bytes: number) => `${(bytes / gigabyte).toFixed(2)} GB`
  if (removed.length > 0)
    onNotice?.(
      `${cacheDirOf(dataDir)}: removed ${removed.length} files of decoded footage (${size(removedBytes)}): ${old} not used for ${maxAgeDays} days, ${removed.length - old} over ${maxGb} GB; ${size(keptBytes)} stay`,
    )
  if (keptBytes > maxGb * gigabyte)
    onNotice?.(
      `${cacheDirOf(dataDir)}: ${size(keptBytes)} of decoded footage are in use, more than learning.cache.maxGb (${maxGb})`,
    )
  return pruned
}
