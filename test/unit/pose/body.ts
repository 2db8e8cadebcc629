import { type Keypoint, keypointNames } from '../../../src/core/pose.ts'

export const leastScores = keypointNames.map(() => 0.3)

/** Somebody who stands upright, seen from the front: metres from the middle of the hips, y pointing down. */
const upright: Record<string, readonly [number, number]> = {
  nose: [0, -0.75],
  left_eye: [0.03, -0.78],
  right_eye: [-0.03, -0.78],
  left_ear: [0.07, -0.77],
  right_ear: [-0.07, -0.77],
  left_shoulder: [0.2, -0.5],
  right_shoulder: [-0.2, -0.5],
  left_elbow: [0.25, -0.22],
  right_elbow: [-0.25, -0.22],
  left_wrist: [0.27, 0.03],
  right_wrist: [-0.27, 0.03],
  left_hip: [0.1, 0],
  right_hip: [-0.1, 0],
  left_knee: [0.11, 0.42],
  right_knee: [-0.11, 0.42],
  left_ankle: [0.12, 0.85],
  right_ankle: [-0.12, 0.85],
}
type Body = Readonly<Record<string, readonly [number, number]>>

/** The same with other places for some points, turned by an angle (clockwise, degrees), at a scale and a place. */
export function body(
  changes: Body = {},
  at: { degrees?: number; scale?: number; xPx?: number; yPx?: number } = {},
): Keypoint[] {
  const { degrees = 0, scale = 100, xPx = 200, yPx = 200 } = at
  const [cos, sin] = [Math.cos((degrees / 180) * Math.PI), Math.sin((degrees / 180) * Math.PI)]
  return keypointNames.map((name) => {
    const [x, y] = changes[name] ?? upright[name]!
    return { xPx: xPx + scale * (x * cos - y * sin), yPx: yPx + scale * (x * sin + y * cos), score: 0.8 }
  })
}

/** The same with some points not seen. */
export function hide(keypoints: readonly Keypoint[], hidden: RegExp): Keypoint[] {
  return keypoints.map((point, n) => (hidden.test(keypointNames[n]!) ? { ...point, score: 0.1 } : point))
}

export const handsUp: Body = {
  left_elbow: [0.3, -0.75],
  right_elbow: [-0.3, -0.75],
  left_wrist: [0.28, -1.05],
  right_wrist: [-0.28, -1.05],
}
/** Hips low over the feet, knees forward. */
export const crouched: Body = {
  left_knee: [0.25, 0.05],
  right_knee: [-0.25, 0.05],
  left_ankle: [0.15, 0.35],
  right_ankle: [-0.15, 0.35],
}
/** From the side: the trunk level, the legs upright, the hands near the feet. */
export const bent: Body = {
  nose: [0.75, 0.1],
  left_eye: [0.76, 0.07],
  right_eye: [0.76, 0.07],
  left_ear: [0.7, 0.05],
  right_ear: [0.7, 0.05],
  left_shoulder: [0.5, 0.02],
  right_shoulder: [0.5, 0.02],
  left_elbow: [0.52, 0.3],
  right_elbow: [0.52, 0.3],
  left_wrist: [0.5, 0.55],
  right_wrist: [0.5, 0.55],
}
