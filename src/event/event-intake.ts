import type { AlertStep } from '../core/alert.ts'
import type { CameraStatus } from '../core/camera-status.ts'
import type { Clock } from '../core/clock.ts'
import { type AppError, toAppError } from '../core/errors.ts'
import type { OutboxEvent } from '../core/events.ts'
import type { RecordedClip, RemovalReason, UnavailableClip } from '../core/recorded-clip.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import { createSparseLog } from '../core/time/sparse-log.ts'

/** The part of the event store that takes things in; each call is one durable transaction or throws. */
export interface AcceptingStore {
  acceptAlert(step: AlertStep): OutboxEvent
  acceptStatus(status: CameraStatus): OutboxEvent
  acceptClip(clip: RecordedClip): OutboxEvent | null
  acceptClipRemoved(removed: { alertId: string; cameraId: string; reason: RemovalReason }): OutboxEvent | null
  acceptClipUnavailable(clip: UnavailableClip): OutboxEvent | null
}

export interface EventIntake {
  /** Stores the step, at once when the store works; `stored` is called when it is on disk. */
  alert(step: AlertStep, stored?: (event: OutboxEvent) => void): void
  status(status: CameraStatus): void
  /** A clip that is complete; `stored` is called when that is on disk. */
  clip(clip: RecordedClip, stored: () => void): void
  clipRemoved(removed: { alertId: string; cameraId: string; reason: RemovalReason }): void
  /** A clip that an alert named and that will not come. */
  clipUnavailable(clip: UnavailableClip): void
  /** Things taken in and not yet on disk, because the store refuses them. */
  waiting(): number
  /** Why the store refuses what waits; null while nothing does. */
  refusal(): AppError | null
  /** Last try for what is waiting; counts what is lost. */
  close(): void
}

interface Waiting {
  readonly cameraId: string
  /** Stores it; returns what is to be told afterwards. */
  readonly store: () => () => void
}

/** How many things wait while the store refuses them (disk full, read-only). Beyond it the oldest are dropped. */
const capacity = 10_000
const retryMs = 1000
/** Complaints about a store that refuses are at least this far apart. */
const quietMs = 30_000

/**
 * The door to the event store. While the store cannot write (a full disk, a damaged database, a folder that is gone),
 * steps wait here in order, bounded and counted, and are stored as soon as it can again. `wake` is called after something was stored.
 */
export function createEventIntake(options: {
  store: AcceptingStore
  wake: () => void
  clock: Clock
  telemetry: Telemetry
}): EventIntake {
  const { store, wake, clock, telemetry } = options
  const queue: Waiting[] = []
  let cancelRetry: (() => void) | null = null
  let refused: AppError | null = null
  const sparseLog = createSparseLog({ clock, everyMs: quietMs })
  let closed = false

  const flush = (): void => {
    let stored = false
    // A listener may bring the next step; what is behind it in the queue is then stored by the inner call.
    while (queue.length > 0 && !cancelRetry) {
      const next = queue[0]!
      let tell = () => {}
      try {
        tell = next.store()
        stored = true
      } catch (thrown) {
        const error = toAppError(thrown)
        if (error.retry || error.code.startsWith('STORE_')) {
          retryLater(error)
          break
        }
        countDrop(telemetry, { stage: 'event', reason: error.code, cameraId: next.cameraId })
        telemetry.log.error({ camera: next.cameraId, err: error }, 'an event could not be stored')
      }
      queue.shift()
      telling(tell)
    }
    if (!cancelRetry) {
      refused = null
      sparseLog.forget()
    }
    if (stored) wake()
  }
  const telling = (tell: () => void) => {
    try {
      tell()
    } catch (thrown) {
      telemetry.log.error({ err: toAppError(thrown) }, 'a listener failed; the event is stored')
    }
  }
  const retryLater = (error: AppError) => {
    const { code, message } = error
    sparseLog(code, () => telemetry.log.error({ code, waiting: queue.length }, `events wait: ${message}`))
    refused = error
    cancelRetry = clock.after(retryMs, () => {
      cancelRetry = null
      flush()
    })
  }
  const take = (waiting: Waiting) => {
    if (closed)
      return countDrop(telemetry, { stage: 'event', reason: 'shutdown', cameraId: waiting.cameraId })
    if (queue.length >= capacity) {
      const oldest = queue.shift()!
      countDrop(telemetry, { stage: 'event', reason: 'store_refuses', cameraId: oldest.cameraId })
    }
    queue.push(waiting)
    if (!cancelRetry) flush()
  }
  const stopRetry = () => {
    cancelRetry?.()
    cancelRetry = null
  }

  return {
    alert: (step, stored = () => {}) =>
      take({
        cameraId: step.cameraId,
        store() {
          const event = store.acceptAlert(step)
          return () => stored(event)
        },
      }),
    status: (status) =>
      take({
        cameraId: status.cameraId,
        store() {
          store.acceptStatus(status)
          return () => {}
        },
      }),
    clip: (clip, stored) =>
      take({
        cameraId: clip.cameraId,
        store() {
          store.acceptClip(clip)
          return stored
        },
      }),
    clipRemoved: (removed) =>
      take({
        cameraId: removed.cameraId,
        store() {
          store.acceptClipRemoved(removed)
          return () => {}
        },
      }),
    clipUnavailable: (clip) =>
      take({
        cameraId: clip.cameraId,
        store() {
          store.acceptClipUnavailable(clip)
          return () => {}
        },
      }),
    waiting: () => queue.length,
    refusal: () => refused,
    close() {
      closed = true
      stopRetry()
      flush()
      stopRetry()
      for (const lost of queue.splice(0))
        countDrop(telemetry, { stage: 'event', reason: 'shutdown', cameraId: lost.cameraId })
    },
  }
}
