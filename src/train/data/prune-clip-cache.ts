import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { filesInUse } from './cache-use.ts'

export interface CacheLimits {
  /** Files that were not used for so long go. */
  readonly maxAgeMs: number
  /** Above it those go that were not used for longest. */
  readonly maxBytes: number
}

export interface PrunedCache {
  readonly removed: readonly { readonly name: string; readonly bytes: number; readonly why: 'age' | 'size' }[]
  readonly removedBytes: number
  readonly keptBytes: number
}

/**
 * Removes decoded footage that nobody used for long, and what is over the limit, the least recently used first. Files
 * that a living process uses stay, whatever the limits, and so do those that `keep` names. What is removed is decoded
 * again when it is wanted.
 *
 * @throws AppError STORE_WRITE
 */
export async function pruneClipCache(options: {
  cacheDir: string
  limits: CacheLimits
  nowMs: number
  keep?: ReadonlySet<string>
}): Promise<PrunedCache> {
  const { cacheDir, limits, nowMs, keep = new Set<string>() } = options
  try {
    const files = await filesOf(cacheDir)
    const used = files.length > 0 ? filesInUse(cacheDir) : new Set<string>()
    let keptBytes = files.reduce((sum, { bytes }) => sum + bytes, 0)
    const removed: PrunedCache['removed'][number][] = []
    for (const { name, bytes, usedMs } of files) {
      const why = nowMs - usedMs > limits.maxAgeMs ? 'age' : keptBytes > limits.maxBytes ? 'size' : null
      if (why === null || used.has(name) || keep.has(name)) continue
      await rm(join(cacheDir, name), { force: true })
      keptBytes -= bytes
      removed.push({ name, bytes, why })
    }
    const removedBytes = removed.reduce((sum, { bytes }) => sum + bytes, 0)
    return { removed, removedBytes, keptBytes }
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message
    throw new AppError('STORE_WRITE', `${cacheDir}: decoded footage cannot be removed (${reason})`, { cause })
  }
}

/** Decoded footage, what was not used for longest first. */
async function filesOf(cacheDir: string) {
  const names = await readdir(cacheDir).catch((cause: NodeJS.ErrnoException): string[] => {
    if (cause.code === 'ENOENT') return []
    throw cause
  })
  const found = names
    .filter((name) => /\.rgb$|^features\.[0-9a-f]+\.bin$/.test(name))
    .map(async (name) => {
      const file = await stat(join(cacheDir, name)).catch(() => null)
      return file === null ? [] : [{ name, bytes: file.size, usedMs: file.mtimeMs }]
    })
  const files = (await Promise.all(found)).flat()
  return files.sort((a, b) => a.usedMs - b.usedMs || (a.name < b.name ? -1 : 1))
}
