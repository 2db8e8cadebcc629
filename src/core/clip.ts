import type { Frame } from './frame.ts'

/** A window of frames of one camera and one epoch, evenly sampled as the model asks. */
export interface Clip {
  readonly cameraId: string
  readonly epoch: number
  readonly modelName: string
  /** Exactly the model's `frames` frames, oldest first. */
  readonly frames: readonly Frame[]
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  /** Wall clock at arrival of the first and last frame, milliseconds. */
  readonly firstArrivalMs: number
  readonly lastArrivalMs: number
  /** Monotonic clock at arrival of the last frame, milliseconds: where alert latency starts. */
  readonly lastArrivalMonoMs: number
}

/** What a model said about one clip. */
export interface Scores {
  readonly cameraId: string
  readonly epoch: number
  readonly modelName: string
  readonly modelVersion: string
  readonly labels: readonly string[]
  /** One probability per label, 0–1, after the bundle's activation. */
  readonly values: Float32Array
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  readonly firstArrivalMs: number
  readonly lastArrivalMs: number
  readonly lastArrivalMonoMs: number
}
