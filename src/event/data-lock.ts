import { join } from 'node:path'
import { dataFiles } from '../core/data-dir.ts'
import { AppError } from '../core/errors.ts'
import { holdFile } from '../store/file-lock.ts'

export const lockFile = dataFiles.lock

/**
 * Makes sure that one process writes to a data directory.
 *
 * @throws AppError STORE_LOCKED, STORE_OPEN
 */
export function lockDataDir(dataDir: string): { release(): void } {
  let lock: { release(): void } | null
  try {
    lock = holdFile(join(dataDir, lockFile))
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('STORE_OPEN', `dataDir ${dataDir}: cannot be locked (${(cause as Error).message})`, {
      cause,
    })
  }
  if (lock === null)
    throw new AppError(
      'STORE_LOCKED',
      `dataDir ${dataDir}: another Vireo process uses it; stop that one first`,
    )
  return lock
}
