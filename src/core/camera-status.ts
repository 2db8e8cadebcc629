import type { ErrorCode } from './errors.ts'

export type CameraState = 'connecting' | 'live' | 'stalled' | 'offline'

export interface CameraStatus {
  readonly cameraId: string
  readonly state: CameraState
  /** For people: why it is in this state. Never holds a secret. */
  readonly reason: string
  readonly code: ErrorCode | null
  /** Wall clock since when it has been in this state, milliseconds since the Unix epoch. */
  readonly sinceMs: number
  readonly epoch: number
  /** Connection attempts since it was last live. */
  readonly attempt: number
}
