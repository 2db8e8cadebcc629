import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../core/clock.ts'
import type { OutboxEvent } from '../core/events.ts'
import { transaction } from './database.ts'
import { toOutboxEvent } from './outbox-row.ts'

/** How far each receiver of the outbox has come. A sink that was never seen begins with the oldest event. */
export interface SinkCursors {
  /** The next events for this sink, in order. */
  pending(sink: string, limit: number): OutboxEvent[]
  /** How many events this sink has not acknowledged; cheap however many they are. */
  lag(sink: string): number
  /** When the oldest event that this sink has not acknowledged was accepted; null when none waits. */
  waitingSinceMs(sink: string): number | null
  /** Last position that the sink acknowledged, 0 for none. */
  cursor(sink: string): number
  /** Notes before sending that events up to this position are tried: from then on they count as replays. */
  noteAttempt(sink: string, position: number): void
  /** The sink has accepted everything up to this position. */
  advance(sink: string, position: number): void
  /** Keeps an event that the sink will never take as a dead letter, and goes on behind it. */
  setAside(sink: string, event: OutboxEvent, reason: string): void
}

export function createSinkCursors(database: DatabaseSync, clock: Clock): SinkCursors {
  const read = database.prepare('SELECT sent, tried FROM sink WHERE name = ?')
  const next = database.prepare('SELECT * FROM outbox WHERE position > ? ORDER BY position LIMIT ?')
  const oldest = database.prepare(
    'SELECT accepted_ms FROM outbox WHERE position > ? ORDER BY position LIMIT 1',
  )
  // Positions have no gaps but where old events were pruned, so that two looks at the index are a count.
  const ends = database.prepare(
    'SELECT (SELECT min(position) FROM outbox) AS first, (SELECT max(position) FROM outbox) AS last',
  )
  const write = database.prepare(
    `INSERT INTO sink (name, sent, tried) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET sent = max(sent, excluded.sent), tried = max(tried, excluded.tried)`,
  )
  const keep = database.prepare(
    `INSERT INTO dead_letter (sink, id, channel, key, attributes, data, reason, set_aside_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
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
    lag(sink) {
      const { first, last } = ends.get()!
      return last === null ? 0 : Math.max(0, Number(last) - Math.max(stateOf(sink).sent, Number(first) - 1))
    },
    waitingSinceMs(sink) {
      const row = oldest.get(stateOf(sink).sent)
      return row ? Number(row.accepted_ms) : null
    },
    cursor: (sink) => stateOf(sink).sent,
    noteAttempt(sink, position) {
      if (stateOf(sink).tried < position) transaction(database, () => write.run(sink, 0, position))
    },
    advance(sink, position) {
      transaction(database, () => write.run(sink, position, position))
    },
    setAside(sink, event, reason) {
      const { id, channel, key, attributes, dataJson, position } = event
      transaction(database, () => {
        keep.run(sink, id, channel, key, JSON.stringify(attributes), dataJson, reason, clock.nowMs())
        write.run(sink, position, position)
      })
    },
  }
}
