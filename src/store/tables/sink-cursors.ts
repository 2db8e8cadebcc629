import type { Clock } from '../../core/clock.ts'
import type { OutboxEvent } from '../../core/events.ts'
import type { StoreDatabase } from '../store-database.ts'
import { transaction } from '../store-database.ts'
import { createDeadLetterTable } from './dead-letter-table.ts'
import { readOutboxEvent } from './outbox-row.ts'

/** How far each receiver of the outbox has come. A sink that was never seen begins with the oldest event. */
export interface SinkCursors {
  /** The next events for this sink, in order. One that cannot be read becomes a dead letter of the sink. */
  pending(sink: string, limit: number): OutboxEvent[]
  /** How many events this sink has not acknowledged; cheap however many they are. */
  lag(sink: string): number
  /** When the oldest event that this sink has not acknowledged was accepted; null when none waits. */
  waitingSinceMs(sink: string): number | null
  /** Last position that the sink acknowledged, 0 for none. */
  cursor(sink: string): number
  /**
   * Notes before sending that events up to `tried` go out, so that they count as replays from then on, and that the sink
   * has accepted those up to `sent`.
   */
  noteAttempt(sink: string, tried: number, sent?: number): void
  /** Events after this position did not go out after all: they count as replays no more. */
  retract(sink: string, position: number): void
  /** The sink has accepted everything up to this position. */
  advance(sink: string, position: number): void
  /** How many events this sink will never take. */
  deadLetters(sink: string): number
  /** A dead letter as an event; null when there is none that can be read. */
  deadLetter(sink: string, id: string): OutboxEvent | null
  /** Forgets a dead letter; false when there was none. */
  forgetDeadLetter(sink: string, id: string): boolean
  /** Keeps an event that the sink will never take as a dead letter, and goes on behind it. */
  setAside(sink: string, event: OutboxEvent, reason: string): void
}

/** `onUnreadable` hears of an event that was set aside because its row cannot be read. */
export function createSinkCursors(
  database: StoreDatabase,
  clock: Clock,
  onUnreadable: (sink: string, id: string) => void = () => {},
): SinkCursors {
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
  const retract = database.prepare('UPDATE sink SET tried = max(sent, ?2) WHERE name = ?1')
  const letters = createDeadLetterTable(database)
  const stateOf = (sink: string) => {
    const row = read.get(sink)
    return { sent: Number(row?.sent ?? 0), tried: Number(row?.tried ?? 0) }
  }
  return {
    pending(sink, limit) {
      for (;;) {
        const { sent, tried } = stateOf(sink)
        const rows = next.all(sent, limit)
        const events = rows.map((row) => readOutboxEvent(row, tried))
        const readable = events.indexOf(null)
        if (readable !== 0) return events.slice(0, readable < 0 ? events.length : readable) as OutboxEvent[]
        const row = rows[0]!
        transaction(database, () => {
          letters.keepRow(sink, row, 'its row cannot be read', clock.nowMs())
          write.run(sink, row.position!, row.position!)
        })
        onUnreadable(sink, String(row.id))
      }
    },
    lag(sink) {
      const { first, last } = ends.get()!
      return last === null ? 0 : Math.max(0, Number(last) - Math.max(stateOf(sink).sent, Number(first) - 1))
    },
    waitingSinceMs(sink) {
      const row = oldest.get(stateOf(sink).sent)
      return row ? Number(row.accepted_ms) : null
    },
    deadLetter: (sink, id) => letters.find(sink, id),
    forgetDeadLetter: (sink, id) => transaction(database, () => letters.remove(sink, id)),
    deadLetters: (sink) => letters.count(sink),
    cursor: (sink) => stateOf(sink).sent,
    noteAttempt(sink, tried, sent = 0) {
      const before = stateOf(sink)
      if (before.tried < tried || before.sent < sent)
        transaction(database, () => write.run(sink, sent, tried))
    },
    retract(sink, position) {
      transaction(database, () => retract.run(sink, position))
    },
    advance(sink, position) {
      transaction(database, () => write.run(sink, position, position))
    },
    setAside(sink, event, reason) {
      transaction(database, () => {
        letters.keep(sink, event, reason, clock.nowMs())
        write.run(sink, event.position, event.position)
      })
    },
  }
}
