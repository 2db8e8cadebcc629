/** The keypoints of COCO, in its order. Left and right are those of the person. */
export const keypointNames = [
  ...['nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'left_shoulder', 'right_shoulder'],
  ...['left_elbow', 'right_elbow', 'left_wrist', 'right_wrist', 'left_hip', 'right_hip'],
  ...['left_knee', 'right_knee', 'left_ankle', 'right_ankle'],
] as const

/** Column of every keypoint. */
export const keypoint = {
  nose: 0,
  leftEye: 1,
  rightEye: 2,
  leftEar: 3,
  rightEar: 4,
  leftShoulder: 5,
  rightShoulder: 6,
  leftElbow: 7,
  rightElbow: 8,
  leftWrist: 9,
  rightWrist: 10,
  leftHip: 11,
  rightHip: 12,
  leftKnee: 13,
  rightKnee: 14,
  leftAnkle: 15,
  rightAnkle: 16,
} as const

/** Which keypoints a drawing of the body joins. */
export const limbs: readonly (readonly [keyof typeof keypoint, keyof typeof keypoint])[] = [
  ['nose', 'leftEye'],
  ['nose', 'rightEye'],
  ['leftEye', 'leftEar'],
  ['rightEye', 'rightEar'],
  ['leftShoulder', 'rightShoulder'],
  ['leftShoulder', 'leftElbow'],
  ['leftElbow', 'leftWrist'],
  ['rightShoulder', 'rightElbow'],
  ['rightElbow', 'rightWrist'],
  ['leftShoulder', 'leftHip'],
  ['rightShoulder', 'rightHip'],
  ['leftHip', 'rightHip'],
  ['leftHip', 'leftKnee'],
  ['leftKnee', 'leftAnkle'],
  ['rightHip', 'rightKnee'],
  ['rightKnee', 'rightAnkle'],
]

/** A point of the body in pixels of the picture in which boxes are given; it may lie beside it. */
export interface Keypoint {
  readonly xPx: number
  readonly yPx: number
  /** How sure the model is, 0–1. */
  readonly score: number
}

export const bodyPostures = ['standing', 'crouching', 'bending', 'lying', 'unknown'] as const
export type BodyPosture = (typeof bodyPostures)[number]

/** What rules may ask for: how the body is held, or where the hands are, whatever the body does. */
export const postures = [...bodyPostures, 'hands-up'] as const
export type PostureName = (typeof postures)[number]

/** How somebody holds themselves, as far as keypoints in the picture tell; see docs/pose.md. */
export interface Posture {
  readonly body: BodyPosture
  readonly handsUp: boolean
  /** Angle of the torso from upright, degrees 0–180; null when shoulders or hips are not sure. */
  readonly torsoDegrees: number | null
  /** Keypoints that the model is sure of. */
  readonly sureCount: number
}

/** The keypoints of a track and what follows from them. */
export interface Pose {
  /** Of the frame that they were found in. */
  readonly ptsUs: number
  /** Smoothed, in the order of keypointNames. */
  readonly keypoints: readonly Keypoint[]
  /** As the model found them in this one frame. */
  readonly found: readonly Keypoint[]
  readonly posture: Posture
}
