import type { OutboxEvent } from '../../core/events.ts'
import { toOutboxEvent } from './outbox-row.ts'
import { readDatabase } from './read-database.ts'

export interface OutboxFilter {
  readonly channel?: string
  readonly cameraId?: string
  readonly label?: string
}

export interface OutboxReader {
  /** Events after a position, in order; those that cannot be read are passed over. */
  after(position: number, limit: number, filter?: OutboxFilter): OutboxEvent[]
  /** The first position at or after a time, less one: where to begin to see what came since. */
  positionBefore(sinceMs: number): number
  /** The latest position, 0 when there is none. */
  last(): number
  close(): void
}

/** Reads the outbox of a data directory that another process may be writing. @throws AppError STORE_OPEN, STORE_VERSION */
export function openOutboxReader(dataDir: string): OutboxReader {
  const database = readDatabase(dataDir)
  const select = database.prepare(
    `SELECT * FROM outbox WHERE position > ?1 AND (?3 IS NULL OR channel = ?3) AND (?4 IS NULL OR key = ?4)
     AND (?5 IS NULL OR label = ?5) AND json_valid(attributes) AND json_valid(data) ORDER BY position LIMIT ?2`,
  )
  const first = database.prepare('SELECT min(position) AS position FROM outbox WHERE accepted_ms >= ?')
  const latest = database.prepare('SELECT max(position) AS position FROM outbox')
  const reader: OutboxReader = {
    after: (position, limit, { channel = null, cameraId = null, label = null } = {}) =>
      select.all(position, limit, channel, cameraId, label).map((row) => toOutboxEvent(row, 0)),
    positionBefore(sinceMs) {
      const position = first.get(sinceMs)?.position
      return position === null || position === undefined ? reader.last() : Number(position) - 1
    },
    last: () => Number(latest.get()?.position ?? 0),
    close: () => database.close(),
  }
  return reader
}
