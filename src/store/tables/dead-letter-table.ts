import type { OutboxEvent } from '../../core/events.ts'
import type { StoreDatabase } from '../store-database.ts'
import type { OutboxRow } from './outbox-row.ts'

/** The table of events that a receiver will never take. */
export interface DeadLetterTable {
  keep(sink: string, event: OutboxEvent, reason: string, setAsideMs: number): void
  /** The same of a row of the outbox that cannot be read. */
  keepRow(sink: string, row: OutboxRow, reason: string, setAsideMs: number): void
  count(sink: string): number
  /** Removes those that were set aside before. Returns how many. */
  prune(beforeMs: number, most: number): number
}

export function createDeadLetterTable(database: StoreDatabase): DeadLetterTable {
  const insert = database.prepare(
    `INSERT INTO dead_letter (sink, id, channel, key, attributes, data, reason, set_aside_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const count = database.prepare('SELECT count(*) AS n FROM dead_letter WHERE sink = ?')
  const prune = database.prepare(
    'DELETE FROM dead_letter WHERE rowid IN (SELECT rowid FROM dead_letter WHERE set_aside_ms < ? LIMIT ?)',
  )
  return {
    keep(sink, { id, channel, key, attributes, dataJson }, reason, setAsideMs) {
      insert.run(sink, id, channel, key, JSON.stringify(attributes), dataJson, reason, setAsideMs)
    },
    keepRow(sink, { id, channel, key, attributes, data }, reason, setAsideMs) {
      insert.run(sink, id!, channel!, key!, attributes!, data!, reason, setAsideMs)
    },
    count: (sink) => Number(count.get(sink)?.n),
    prune: (beforeMs, most) => Number(prune.run(beforeMs, most).changes),
  }
}
