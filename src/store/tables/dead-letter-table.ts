import type { OutboxEvent } from '../../core/events.ts'
import type { StoreDatabase } from '../store-database.ts'
import { type OutboxRow, readOutboxEvent } from './outbox-row.ts'

/** The table of events that a receiver will never take. */
export interface DeadLetterTable {
  keep(sink: string, event: OutboxEvent, reason: string, setAsideMs: number): void
  /** The same of a row of the outbox that cannot be read. */
  keepRow(sink: string, row: OutboxRow, reason: string, setAsideMs: number): void
  count(sink: string): number
  /** One of them as an event that can be sent again; null when there is none, or it cannot be read. */
  find(sink: string, id: string): OutboxEvent | null
  /** Forgets one; false when there was none. */
  remove(sink: string, id: string): boolean
  /** Removes those that were set aside before. Returns how many. */
  prune(beforeMs: number, most: number): number
}

export function createDeadLetterTable(database: StoreDatabase): DeadLetterTable {
  const insert = database.prepare(
    `INSERT INTO dead_letter (sink, id, channel, key, attributes, data, reason, set_aside_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const find = database.prepare('SELECT * FROM dead_letter WHERE sink = ? AND id = ?')
  const remove = database.prepare('DELETE FROM dead_letter WHERE sink = ? AND id = ?')
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
    find(sink, id) {
      const row = find.get(sink, id)
      // It has no place in the outbox any more.
      return row ? readOutboxEvent({ ...row, position: 0, accepted_ms: row.set_aside_ms! }, -1) : null
    },
    remove: (sink, id) => Number(remove.run(sink, id).changes) > 0,
    count: (sink) => Number(count.get(sink)?.n),
    prune: (beforeMs, most) => Number(prune.run(beforeMs, most).changes),
  }
}
