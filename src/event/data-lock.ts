import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../core/errors.ts'

/**
 * Makes sure that one process writes to a data directory. The lock is an open transaction on a database of its
 * own: the operating system lets go of it when the process dies, however it dies.
 *
 * @throws AppError STORE_LOCKED, STORE_OPEN
 */
export function lockDataDir(dataDir: string): { release(): void } {
  let lock: DatabaseSync | null = null
  try {
    mkdirSync(dataDir, { recursive: true })
    lock = new DatabaseSync(join(dataDir, 'vireo.lock'), { timeout: 0 })
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock?.close()
    if ((cause as { errcode?: number }).errcode === 5)
      throw new AppError(
        'STORE_LOCKED',
        `dataDir ${dataDir}: another Vireo process uses it; stop that one first`,
      )
    throw new AppError('STORE_OPEN', `dataDir ${dataDir}: cannot be locked (${(cause as Error).message})`, {
      cause,
    })
  }
  const held = lock
  return { release: () => held.close() }
}
