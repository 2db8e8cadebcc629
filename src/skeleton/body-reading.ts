import type { BoxPx } from '../core/detection.ts'
import type { Keypoint } from '../core/pose.ts'

/** Where somebody's body was at one moment, as a model found it: not smoothed. */
export interface BodyReading {
  readonly ptsUs: number
  /** In pixels of a picture with square pixels, as the keypoints. */
  readonly box: BoxPx
  /** In the order of keypointNames. Score 0: not found, whatever its place. */
  readonly keypoints: readonly Keypoint[]
}

/** The window that a model looks at: `frames` moments, `sampleFps` a second, the last of them at `endPtsUs`. */
export interface WindowSpan {
  readonly endPtsUs: number
  readonly frames: number
  readonly sampleFps: number
}
