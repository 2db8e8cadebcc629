import type { Keypoint, Pose } from './pose.ts'

/** An axis-aligned box; corner at the top left. Units are the frame's pixels, not clipped to the picture. */
export interface BoxPx {
  readonly xPx: number
  readonly yPx: number
  readonly widthPx: number
  readonly heightPx: number
}

/** One object that a detector found in one frame. */
export interface Detection {
  readonly box: BoxPx
  readonly label: string
  /** Confidence, 0–1. */
  readonly score: number
  /** Of a person, in the order of keypointNames, when the detector finds them too. */
  readonly keypoints?: readonly Keypoint[]
}

/** One object followed over time, as it stands at one frame. */
export interface Track {
  /** Unique within the camera and process; never used again. */
  readonly id: string
  readonly label: string
  /** Where it is: the filtered box while it is seen, the last seen or predicted one while it is lost. */
  readonly box: BoxPx
  /** Confidence of the last detection that was taken for it, 0–1. */
  readonly score: number
  /** `lost`: not detected in this frame, kept because it may come back (occluded, lying). */
  readonly state: 'seen' | 'lost'
  readonly firstPtsUs: number
  /** PTS of the last frame in which it was detected. */
  readonly seenPtsUs: number
  /** What the detector itself found of its body in this frame. */
  readonly keypoints?: readonly Keypoint[]
  /** Keypoints that are not too old. Absent: none, or no pose model watches the camera. */
  readonly pose?: Pose
}
