import { readJson } from '../read-json.ts'
import { readDatabase } from './read-database.ts'

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
  const database = readDatabase(dataDir)
  const select = database.prepare('SELECT * FROM dead_letter ORDER BY set_aside_ms DESC, rowid DESC LIMIT ?')
  return {
    list: (limit) =>
      select.all(limit).map((row) => ({
        sink: String(row.sink),
        id: String(row.id),
        channel: String(row.channel),
        key: String(row.key),
        attributes: readJson<Record<string, string>>(row.attributes) ?? {},
        dataJson: String(row.data),
        reason: String(row.reason),
        setAsideMs: Number(row.set_aside_ms),
      })),
    close: () => database.close(),
  }
}
