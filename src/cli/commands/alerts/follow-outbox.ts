import { setImmediate as turn } from 'node:timers/promises'
import type { OutboxEvent } from '../../../core/events.ts'
import type { OutboxFilter, OutboxReader } from '../../../store/tables/outbox-reader.ts'

const pageEvents = 500

/**
 * Pages of events after a position, in order, then what comes; asks the database for one number while nothing new
 * is there, whatever the filter leaves out. `wait` passes the time between two looks; null ends after what is there.
 */
export async function* followOutbox(options: {
  reader: Pick<OutboxReader, 'after' | 'last'>
  from: number
  filter: OutboxFilter
  wait: (() => Promise<unknown>) | null
  signal: AbortSignal
}): AsyncGenerator<OutboxEvent[]> {
  const { reader, filter, wait, signal } = options
  let position = options.from
  while (!signal.aborted) {
    const last = reader.last()
    const events = last > position ? reader.after(position, pageEvents, filter) : []
    if (events.length > 0) yield events
    const seen = events.at(-1)?.position ?? 0
    const full = events.length === pageEvents
    position = full ? seen : Math.max(position, last, seen)
    if (full) await turn()
    else if (wait) await wait()
    else return
  }
}
