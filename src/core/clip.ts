import type { AlertReason } from './alert.ts'
import type { Frame } from './frame.ts'

/** A window of frames of one camera and one epoch, evenly sampled as the model asks. */
export interface Clip {
  readonly cameraId: string
  readonly epoch: number
  readonly modelName: string
  /** The track around which it was cut. Absent: it shows the whole picture. */
  readonly trackId?: string
  /** Exactly the model's `frames` frames, oldest first; none in a clip of sound or of bodies. */
  readonly frames: readonly Frame[]
  /** Only of a clip of sound: its samples, mono, 16 bits, little-endian. */
  readonly sound?: Uint8Array
  /** Only of a clip for a model of kind skeleton: float32 [frames, 2, 17, 3], see docs/skeleton.md. */
  readonly bodies?: Uint8Array
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  /** Wall clock at arrival of the first and last frame, milliseconds. */
  readonly firstArrivalMs: number
  readonly lastArrivalMs: number
  /** Monotonic clock at arrival of the last frame, milliseconds: where alert latency starts. */
  readonly lastArrivalMonoMs: number
}

/** Whose clips follow each other: a camera's whole picture, or one of its tracks. */
export function clipSource(clip: Pick<Clip, 'cameraId' | 'trackId'>): string {
  return clip.trackId === undefined ? clip.cameraId : `${clip.cameraId}/${clip.trackId}`
}

/** What of a clip goes into a model, in its order. */
export function clipContent(clip: Pick<Clip, 'frames' | 'sound' | 'bodies'>): readonly Uint8Array[] {
  const whole = clip.sound ?? clip.bodies
  return whole ? [whole] : clip.frames.map(({ data }) => data)
}

/** What a model said about one clip. */
export interface Scores {
  readonly cameraId: string
  readonly epoch: number
  readonly modelName: string
  readonly modelVersion: string
  readonly labels: readonly string[]
  /**
   * One probability per label, 0–1, after the bundle's activation; of a detector its raw output, of an anomaly model
   * the error of every place until the camera's calibration is applied.
   */
  readonly values: Float32Array
  /** The track that the clip was cut around. Absent: the whole picture. */
  readonly trackId?: string
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  readonly firstArrivalMs: number
  readonly lastArrivalMs: number
  readonly lastArrivalMonoMs: number
  /** Only of a score that was made of several others: how. */
  readonly why?: ScoreReason
}

/** How a score came about. */
export interface ScoreReason {
  readonly explanation: string
  readonly reasons: readonly AlertReason[]
}
