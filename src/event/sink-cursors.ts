import type { DatabaseSync } from 'node:sqlite'
import type { OutboxEvent } from '../core/events.ts'
import { transaction } from './database.ts'
import { toOutboxEvent } from './outbox-row.ts'

/** How far each receiver of the outbox has come. A sink that was never seen begins with the oldest event. */
export interface SinkCursors {
  /** The next events for this sink, in order. */
  pending(sink: string, limit: number): OutboxEvent[]
  /** Events that this sink has not acknowledged. */
  lag(sink: string): number
  /** Last position that the sink acknowledged, 0 for none. */
  cursor(sink: string): number
  /** Notes before sending that events up to this position are tried: from then on they count as replays. */
  noteAttempt(sink: string, position: number): void
  /** The sink has accepted everything up to this position. */
  advance(sink: string, position: number): void
}

export function createSinkCursors(database: DatabaseSync): SinkCursors {
  const read = database.prepare('SELECT sent, tried FROM sink WHERE name = ?')
  const next = database.prepare('SELECT * FROM outbox WHERE position > ? ORDER BY position LIMIT ?')
  const count = database.prepare('SELECT count(*) AS n FROM outbox WHERE position > ?')
  const write = database.prepare(
    `INSERT INTO sink (name, sent, tried) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET sent = max(sent, excluded.sent), tried = max(tried, excluded.tried)`,
  )
  const stateOf = (sink: string) => {
    const row = read.get(sink)
    return { sent: Number(row?.sent ?? 0), tried: Number(row?.tried ?? 0) }
  }
  return {
    pending(sink, limit) {
      const { sent, tried } = stateOf(sink)
      return next.all(sent, limit).map((row) => toOutboxEvent(row, tried))
    },
    lag: (sink) => Number(count.get(stateOf(sink).sent)!.n),
    cursor: (sink) => stateOf(sink).sent,
    noteAttempt: (sink, position) => {
      transaction(database, () => write.run(sink, 0, position))
    },
    advance: (sink, position) => {
      transaction(database, () => write.run(sink, position, position))
    },
  }
}
