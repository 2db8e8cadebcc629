import { BehaviorSubject, type Observable, Subscription } from 'rxjs'
import type { CameraState } from '../core/camera-status.ts'
import type { Clock } from '../core/clock.ts'
import type { AppError, ErrorCode } from '../core/errors.ts'
import type { Fragment } from '../core/frame.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { goesOn } from './goes-on.ts'

/** Why nothing of a live camera is recorded. */
export interface RecordingTrouble {
  readonly code: ErrorCode
  /** For people. */
  readonly reason: string
}

export interface RecordingWatch {
  /** Begins with what is so; null while what a live camera sends is recorded, and while it is not live. */
  readonly trouble$: Observable<RecordingTrouble | null>
  /** The trouble at the moment. */
  readonly trouble: RecordingTrouble | null
  /** The disk refused, or (null) it took a whole file. */
  disk(error: AppError | null): void
  close(): void
}

export interface RecordingWatchOptions {
  readonly cameraId: string
  readonly fragments$: Observable<Fragment>
  readonly status$: Observable<{ readonly state: CameraState }>
  /** Nothing to record for so long, from a live camera, is trouble. Default 15 s. */
  readonly silenceMs?: number
  readonly clock: Clock
  readonly telemetry: Telemetry
}

const lookMs = 2000
/** A refusal that did not come again for so long is over: the camera has had nothing to write since. */
const diskHoldMs = 300_000
/** So much further the time of the packets has to be, for it to go on. */
const stepUs = 1_000_000

/**
 * Watches that a camera that is live is recorded: packets come, their time goes on, and the disk takes them. Pictures
 * alone do not tell: they come from another output of the same connection.
 */
export function createRecordingWatch(options: RecordingWatchOptions): RecordingWatch {
  const { cameraId, fragments$, status$, silenceMs = 15_000, clock, telemetry } = options
  const troubles = new BehaviorSubject<RecordingTrouble | null>(null)
  const subscriptions = new Subscription()
  let liveSinceMonoMs: number | null = null
  let heardMonoMs = Number.NEGATIVE_INFINITY
  let anchor: { readonly epoch: number; readonly ptsUs: number; readonly monoMs: number } | null = null
  let refused: { readonly error: AppError; readonly monoMs: number } | null = null
  let cancel: (() => void) | null = null

  const take = (fragment: Fragment) => {
    if (fragment.kind === 'init') return
    const monoMs = clock.monoMs()
    heardMonoMs = monoMs
    const { epoch, ptsUs } = fragment
    const goes = anchor?.epoch === epoch && goesOn(anchor.ptsUs, fragment)
    if (!goes || ptsUs - anchor!.ptsUs >= stepUs) anchor = { epoch, ptsUs, monoMs }
  }
  const troubleAt = (monoMs: number): RecordingTrouble | null => {
    if (refused && monoMs - refused.monoMs >= diskHoldMs) refused = null
    if (liveSinceMonoMs === null || monoMs - liveSinceMonoMs < silenceMs) return refusal()
    const silentSince = Math.max(heardMonoMs, liveSinceMonoMs)
    if (monoMs - silentSince >= silenceMs)
      return { code: 'MEDIA_NOT_RECORDED', reason: 'pictures come, but nothing that can be recorded' }
    const stoodSince = Math.max(anchor?.monoMs ?? Number.NEGATIVE_INFINITY, liveSinceMonoMs)
    if (monoMs - stoodSince >= silenceMs)
      return {
        code: 'MEDIA_NOT_RECORDED',
        reason: 'pictures come, but the time of what is recorded stands still',
      }
    return refusal()
  }
  const refusal = () =>
    refused && {
      code: refused.error.code,
      reason: `what is recorded cannot be kept: ${refused.error.message}`,
    }
  const look = () => {
    const next = troubleAt(clock.monoMs())
    const before = troubles.value
    telemetry.gauge('vireo_record_ok', { camera: cameraId }, next === null ? 1 : 0)
    if (next?.code === before?.code && next?.reason === before?.reason) return
    if (next) telemetry.log.warn({ camera: cameraId, code: next.code }, next.reason)
    else telemetry.log.info({ camera: cameraId }, 'it is recorded again')
    troubles.next(next)
  }
  const again = () => {
    look()
    cancel = clock.after(lookMs, again)
  }

  subscriptions.add(fragments$.subscribe({ next: take, error: () => {} }))
  subscriptions.add(
    status$.subscribe({
      next({ state }) {
        if (state === 'live') liveSinceMonoMs ??= clock.monoMs()
        else liveSinceMonoMs = null
      },
      error: () => {},
    }),
  )
  cancel = clock.after(lookMs, again)
  return {
    trouble$: troubles.asObservable(),
    get trouble() {
      return troubles.value
    },
    disk(error) {
      refused = error && { error, monoMs: clock.monoMs() }
      look()
    },
    close() {
      cancel?.()
      subscriptions.unsubscribe()
      telemetry.gauge('vireo_record_ok', { camera: cameraId }, 0)
      troubles.complete()
    },
  }
}
