import type { Clock } from '../core/clock.ts'
import { type AppError, toAppError } from '../core/errors.ts'
import { type EventPublisher, isMuted, type OutboxEvent } from '../core/events.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { backOffMs } from '../core/time/back-off.ts'
import { createSparseLog } from '../core/time/sparse-log.ts'
import type { SinkCursors } from '../store/tables/sink-cursors.ts'
import { createBatchProgress } from './batch-progress.ts'

export interface OutboxSender {
  /** Something new may be in the outbox. */
  wake(): void
  /** Tries at once, whatever the wait; resolves true when everything was sent, false when the deadline came first. */
  drain(deadlineMs: number): Promise<boolean>
  /** Why the receiver did not take what was sent last; null when it did. */
  problem(): AppError | null
  /**
   * Stops after the batch in flight, or without it when its publisher does not answer in `graceMs` (two seconds): the
   * batch is then sent again, marked as a replay, by the next process.
   */
  close(graceMs?: number): Promise<void>
}

const batchEvents = 256
const firstRetryMs = 200
const mostRetryMs = 10_000
const mostRetryWhileDrainingMs = 1000
const closeGraceMs = 2000
/** Warnings about a receiver that is gone are at least this far apart. */
const quietMs = 30_000

/**
 * Sends the outbox to one publisher, in order, one batch at a time. A batch that fails is tried again with
 * growing waits, for ever: nothing overtakes, and nothing is skipped but what the receiver will never take
 * (EVENT_REFUSED), which becomes a dead letter. `onSent` hears of every acknowledged batch.
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
  let problem: AppError | null = null
  let warned = false
  const sparseLog = createSparseLog({ clock, everyMs: quietMs })
  /** Fewer while the one that is refused is looked for. */
  let mostEvents = batchEvents
  let cancelRetry: (() => void) | null = null

  /** Sends one batch; false when there is none. What was accepted of one that fails is not sent again. */
  const sendNext = async (): Promise<boolean> => {
    const next = store.pending(sink, mostEvents)
    const muted = next.findIndex((event) => !isMuted(event))
    if (muted !== 0 && next.length > 0) {
      store.advance(sink, next.at(muted < 0 ? -1 : muted - 1)!.position)
      return true
    }
    const nextMuted = next.findIndex(isMuted)
    const events = nextMuted < 0 ? next : next.slice(0, nextMuted)
    const last = events.at(-1)
    if (!last) return false
    const progress = createBatchProgress(store, sink, events)
    try {
      await publisher.publish(events, progress)
    } catch (thrown) {
      advance(events.slice(0, progress.acceptedCount()))
      const error = toAppError(thrown)
      if (error.code !== 'EVENT_REFUSED') throw thrown
      // Refused as a whole: to the receiver they are new when they come again.
      progress.unsent()
      const refused = events.slice(progress.acceptedCount(), progress.sendingCount())
      // One of them is the culprit: alone it is set aside, so that those behind it are not held up for ever.
      mostEvents = Math.max(1, Math.ceil(refused.length / 2))
      if (refused.length === 1) setAside(refused[0]!, error.message)
      return true
    }
    advance(events)
    mostEvents = Math.min(batchEvents, mostEvents * 2)
    if (warned) telemetry.log.info({ sink }, 'events are sent again')
    warned = false
    return true
  }
  const advance = (accepted: readonly OutboxEvent[]) => {
    const last = accepted.at(-1)
    if (!last) return
    store.advance(sink, last.position)
    failures = 0
    problem = null
    onSent?.(accepted)
  }
  const setAside = (event: OutboxEvent, reason: string) => {
    store.setAside(sink, event, reason)
    mostEvents = batchEvents
    telemetry.count('vireo_event_dead_letters_total', { sink })
    telemetry.log.error({ sink, id: event.id, camera: event.key }, `an event is a dead letter: ${reason}`)
  }

  const sendAll = async (): Promise<void> => {
    try {
      do {
        again = false
        gauge()
      } while (!closed && (await sendNext()))
    } catch (thrown) {
      failed(thrown)
    }
  }
  const finished = () => {
    running = null
    const waiting = gauge()
    if (again && !cancelRetry) start()
    else if (waiting === 0) for (const resolve of drained) resolve()
  }

  /** Reports how many events wait, and returns it; null when the store cannot say. */
  const gauge = (): number | null => {
    try {
      const waiting = store.lag(sink)
      telemetry.gauge('vireo_outbox_pending', { sink }, waiting)
      const sinceS = (store.waitingSinceMs(sink) ?? 0) / 1000
      telemetry.gauge('vireo_outbox_oldest_timestamp_seconds', { sink }, sinceS)
      telemetry.gauge('vireo_outbox_oldest_seconds', { sink }, sinceS)
      return waiting
    } catch {
      return null
    }
  }

  const failed = (thrown: unknown) => {
    if (closed) return
    failures += 1
    problem = toAppError(thrown)
    telemetry.count('vireo_event_publish_failures_total', { publisher: sink })
    const mostMs = drained.size > 0 ? mostRetryWhileDrainingMs : mostRetryMs
    const delayMs = backOffMs(failures, { firstMs: firstRetryMs, mostMs, random })
    const { code, message } = problem
    const warn = () =>
      telemetry.log.warn({ sink, code, waiting: gauge() }, `events wait in the outbox: ${message}`)
    if (sparseLog('waiting', warn)) warned = true
    cancelRetry = clock.after(delayMs, () => {
      cancelRetry = null
      start()
    })
  }

  const start = () => {
    again = true
    // A publisher may take its time: what waits behind it is told meanwhile.
    if (cancelRetry || running) gauge()
    else if (!closed) running = sendAll().then(finished)
  }
  const stopWaiting = () => {
    cancelRetry?.()
    cancelRetry = null
  }

  return {
    wake: start,
    drain(deadlineMs) {
      if (closed) return Promise.resolve(gauge() === 0)
      stopWaiting()
      return new Promise<boolean>((resolve) => {
        const finish = (done: boolean) => {
          cancel()
          drained.delete(onDrained)
          resolve(done)
        }
        const onDrained = () => finish(true)
        const cancel = clock.after(deadlineMs, () => finish(false))
        drained.add(onDrained)
        start()
      })
    },
    problem: () => problem,
    async close(graceMs = closeGraceMs) {
      closed = true
      stopWaiting()
      if (!running) return
      let cancel = () => {}
      const grace = new Promise<void>((resolve) => {
        cancel = clock.after(graceMs, resolve)
      })
      await Promise.race([running, grace])
      cancel()
    },
  }
}
