import type { ErrorCode } from './errors.ts'

export type CameraState = 'connecting' | 'live' | 'stalled' | 'offline'

/** Whether one can see on the picture what there is to see; src/motion/picture-health.ts tells. */
export type ViewState = 'ok' | 'frozen' | 'dark' | 'covered' | 'moved'

/** Whether the pictures come as they should; src/camera/stream-health.ts tells. */
export type StreamState = 'ok' | 'slow' | 'clock' | 'corrupt'

/** Whether what a live camera sends can be used. unrecorded: pictures come, but nothing of them is recorded. */
export type PictureState = ViewState | StreamState | 'unrecorded'

export interface CameraStatus {
  readonly cameraId: string
  readonly state: CameraState
  /** For people: why it is in this state. Never holds a secret. */
  readonly reason: string
  readonly code: ErrorCode | null
  /** Wall clock since when state and picture have been so, milliseconds since the Unix epoch. */
  readonly sinceMs: number
  readonly epoch: number
  /** Connection attempts since it was last live. */
  readonly attempt: number
  /** `ok` while it is not live: then nothing is known about the picture. */
  readonly picture: PictureState
}
