import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { databaseFile, openDatabase } from './database.ts'

/** An event that a receiver will never take. */
export interface DeadLetter {
  readonly sink: string
  readonly id: string
  readonly channel: string
  /** Camera. */
  readonly key: string
  readonly attributes: Readonly<Record<string, string>>
  readonly dataJson: string
  readonly reason: string
  readonly setAsideMs: number
}

/** Reads the dead letters of a data directory, the newest first. @throws AppError STORE_OPEN, STORE_VERSION */
export function openDeadLetters(dataDir: string): { list(limit: number): DeadLetter[]; close(): void } {
  if (!existsSync(join(dataDir, databaseFile)))
    throw new AppError('STORE_OPEN', `dataDir ${dataDir}: there is no database; has vireo run been started?`)
  const database = openDatabase(dataDir, { readOnly: true })
  const select = database.prepare('SELECT * FROM dead_letter ORDER BY set_aside_ms DESC, rowid DESC LIMIT ?')
  return {
    list: (limit) =>
      select.all(limit).map((row) => ({
        sink: String(row.sink),
        id: String(row.id),
        channel: String(row.channel),
        key: String(row.key),
        attributes: JSON.parse(String(row.attributes)) as Record<string, string>,
        dataJson: String(row.data),
        reason: String(row.reason),
        setAsideMs: Number(row.set_aside_ms),
      })),
    close: () => database.close(),
  }
}
