import type { ErrorCode } from './errors.ts'

export type CameraState = 'connecting' | 'live' | 'stalled' | 'offline'

/** Whether one can see on the picture what there is to see; src/motion/picture-health.ts tells. */
export type ViewState = 'ok' | 'frozen' | 'dark' | 'covered' | 'moved'

/** Whether the pictures come as they should; src/camera/stream-health.ts tells. */
export type StreamState = 'ok' | 'slow' | 'clock' | 'corrupt'

/**
 * What was asked of a camera beside its pictures and does not come: the packets for the recording, its sound, or what
 * models say of its pictures.
 */
export type MissingState = 'unrecorded' | 'silent' | 'unscored'

/** Whether what a live camera sends can be used. */
export type PictureState = ViewState | StreamState | MissingState

/** Something that was asked of a camera does not come, though its pictures do. */
export interface ProductTrouble {
  readonly product: 'recording' | 'sound' | 'scores'
  readonly code: ErrorCode
  /** For people. */
  readonly reason: string
  /** It had come on this connection: another connection may bring it back. */
  readonly stopped: boolean
}

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
  /** `ok` while it is not live, because nothing is known about the picture then; but `clock` at once when its clock steps. */
  readonly picture: PictureState
}
