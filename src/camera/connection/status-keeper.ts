import { type Observable, ReplaySubject } from 'rxjs'
import type { CameraState, CameraStatus } from '../../core/camera-status.ts'
import type { Clock } from '../../core/clock.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Telemetry } from '../../core/telemetry-port.ts'

export interface StatusKeeper {
  /** Begins with the latest; one value for each change. */
  readonly status$: Observable<CameraStatus>
  readonly current: CameraStatus | null
  set(state: CameraState, reason: string, code: ErrorCode | null): void
  close(): void
}

const states: readonly CameraState[] = ['connecting', 'live', 'stalled', 'offline']

/** The state of a camera's connection, told to all who want to know: as a status, a metric and a line of the log. */
export function createStatusKeeper(options: {
  readonly cameraId: string
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Which connection it is about. */
  readonly connection: () => Pick<CameraStatus, 'epoch' | 'attempt'>
}): StatusKeeper {
  const { cameraId, clock, telemetry } = options
  const statuses = new ReplaySubject<CameraStatus>(1)
  let current: CameraStatus | null = null
  const show = (shown: CameraState | null) => {
    for (const state of states)
      telemetry.gauge('vireo_camera_state', { camera: cameraId, state }, state === shown ? 1 : 0)
  }

  return {
    status$: statuses.asObservable(),
    get current() {
      return current
    },
    set(state, reason, code) {
      if (current?.state === state && current.code === code && current.reason === reason) return
      const sinceMs = current?.state === state ? current.sinceMs : clock.nowMs()
      const picture = code === 'MEDIA_CLOCK' ? 'clock' : 'ok'
      current = { cameraId, state, reason, code, sinceMs, ...options.connection(), picture }
      show(state)
      const level = state === 'live' || state === 'connecting' ? 'info' : 'warn'
      telemetry.log[level]({ camera: cameraId, state, code, attempt: current.attempt }, reason)
      statuses.next(current)
    },
    close() {
      show(null)
      statuses.complete()
    },
  }
}
