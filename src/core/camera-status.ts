import type { ErrorCode } from './errors.ts'

export type CameraState = 'connecting' | 'live' | 'stalled' | 'offline'

/** Whether what a live camera sends can be used; see src/motion/picture-health.ts. */
export type PictureState = 'ok' | 'frozen' | 'dark' | 'covered' | 'moved'

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
