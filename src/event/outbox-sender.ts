import type { Clock } from '../core/clock.ts'
import { toAppError } from '../core/errors.ts'
import type { EventPublisher, OutboxEvent } from '../core/events.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import type { SinkCursors } from './sink-cursors.ts'

export interface OutboxSender {
  /** Something new may be in the outbox. */
  wake(): void
  /** Resolves true when everything was sent, false when the deadline came first. */
  drain(deadlineMs: number): Promise<boolean>
  /** Stops after the batch in flight. */
  close(): Promise<void>
}

const batchEvents = 256
const firstRetryMs = 200
const mostRetryMs = 10_000
/** Warnings about a receiver that is gone are at least this far apart. */
const quietMs = 30_000

/**
 * Sends the outbox to one publisher, in order, one batch at a time. A batch that fails is tried again with
 * growing waits, for ever: nothing is skipped and nothing overtakes. `onSent` hears of every acknowledged batch.
 */
export function createOutboxSender(options: {
  store: SinkCursors
  publisher: EventPublisher
  clock: Clock
  random: () => number
  telemetry: Telemetry
  onSent?: (events: readonly OutboxEvent[]) => void
}): OutboxSender {
  const { store, publisher, clock, random, telemetry, onSent } = options
  const sink = publisher.name
  const drained = new Set<() => void>()
  let running: Promise<void> | null = null
  let again = false
  let closed = false
  let failures = 0
  let warnedMs = Number.NEGATIVE_INFINITY
  let cancelRetry: (() => void) | null = null

  const gauge = () => telemetry.gauge('vireo_outbox_pending', {}, store.lag(sink))

  const sendAll = async (): Promise<void> => {
    while (!closed) {
      again = false
      const events = store.pending(sink, batchEvents)
      const last = events.at(-1)
      if (!last) {
        if (again) continue
        break
      }
      try {
        store.noteAttempt(sink, last.position)
        await publisher.publish(events)
        store.advance(sink, last.position)
      } catch (thrown) {
        failed(thrown)
        break
      }
      if (failures > 0) telemetry.log.info({ sink }, 'events are sent again')
      failures = 0
      onSent?.(events)
    }
    gauge()
    if (store.lag(sink) === 0) for (const resolve of drained) resolve()
  }

  const failed = (thrown: unknown) => {
    failures += 1
    telemetry.count('vireo_event_publish_failures_total', { publisher: sink })
    const delayMs =
      Math.min(mostRetryMs, firstRetryMs * 2 ** Math.min(failures - 1, 16)) * (0.5 + random() / 2)
    if (clock.monoMs() - warnedMs >= quietMs) {
      warnedMs = clock.monoMs()
      const error = toAppError(thrown)
      telemetry.log.warn(
        { sink, code: error.code, waiting: store.lag(sink) },
        `events wait in the outbox: ${error.message}`,
      )
    }
    if (!closed)
      cancelRetry = clock.after(delayMs, () => {
        cancelRetry = null
        start()
      })
  }

  const start = () => {
    again = true
    if (closed || running || cancelRetry) return
    running = sendAll()
      .catch((thrown) => failed(thrown))
      .finally(() => {
        running = null
        if (again && !cancelRetry && !closed && store.lag(sink) > 0) start()
      })
  }

  return {
    wake: start,
    async drain(deadlineMs) {
      start()
      if (!running && !cancelRetry) return true
      return new Promise<boolean>((resolve) => {
        const finish = (done: boolean) => {
          cancel()
          drained.delete(onDrained)
          resolve(done)
        }
        const onDrained = () => finish(true)
        const cancel = clock.after(deadlineMs, () => finish(false))
        drained.add(onDrained)
      })
    },
    async close() {
      closed = true
      cancelRetry?.()
      cancelRetry = null
      await running
    },
  }
}
