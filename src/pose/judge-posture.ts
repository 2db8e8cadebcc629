import { type BodyPosture, type Keypoint, keypoint, type Posture } from '../core/pose.ts'

/** Fewer sure keypoints than this say nothing. */
export const leastSure = 6
/**
 * Angles of the torso from upright, degrees: lying from the first on, until it is under the second; upright up to the
 * first, until it is over the second. Two numbers each, so that what is near a limit does not toggle.
 */
const lyingFrom = [60, 45] as const
const uprightTo = [35, 45] as const
/** Width of what is seen of the body over its height: lying from the first on, until it is under the second. */
const wideFrom = [1, 0.8] as const
/** Height of the hips over the ankles (or over the knees) in lengths of the torso: standing from the first on. */
const legsFrom = [1.15, 1] as const
const thighsFrom = [0.6, 0.5] as const
/** Legs up to so far from upright, degrees, carry the body: who bends down does not lie. */
const legsUprightTo = 40
/** Wrists above the nose, or so many torso lengths above the shoulders when the nose is not seen. */
const overShoulders = 0.3

interface Point {
  readonly x: number
  readonly y: number
}

/**
 * How a body is held, from its keypoints in the picture, y pointing down; docs/pose.md has the definitions. Pure: the
 * same keypoints, scores and posture before give the same answer, wherever in the picture and however large they are.
 *
 * @param leastScores score from which each keypoint is sure.
 * @param before the posture of the same person before, for hysteresis.
 */
export function judgePosture(
  keypoints: readonly Keypoint[],
  leastScores: readonly number[],
  before: Posture | null,
): Posture {
  const sure = (n: number): Point | null => {
    const { xPx, yPx, score } = keypoints[n]!
    return score > 0 && score >= leastScores[n]! ? { x: xPx, y: yPx } : null
  }
  const points = keypoints.flatMap((_, n) => sure(n) ?? [])
  const unknown = { body: 'unknown', handsUp: false, torsoDegrees: null, sureCount: points.length } as const
  const shoulders = middle(sure(keypoint.leftShoulder), sure(keypoint.rightShoulder))
  const hips = middle(sure(keypoint.leftHip), sure(keypoint.rightHip))
  if (points.length < leastSure || !shoulders || !hips) return unknown
  const torso = Math.hypot(shoulders.x - hips.x, shoulders.y - hips.y)
  if (!(torso > 0)) return unknown
  const degrees = degreesFromUpright(shoulders, hips)
  const limit = ([enter, leave]: readonly [number, number], held: boolean) => (held ? leave : enter)
  const was = before?.body ?? 'unknown'

  const wide = extentOf(points) >= limit(wideFrom, was === 'lying')
  const ankles = middle(sure(keypoint.leftAnkle), sure(keypoint.rightAnkle))
  const knees = middle(sure(keypoint.leftKnee), sure(keypoint.rightKnee))
  const upright = degrees <= limit(uprightTo, was === 'standing' || was === 'crouching')
  const tall = () => {
    if (ankles) return (ankles.y - hips.y) / torso >= limit(legsFrom, was === 'standing')
    return knees && (knees.y - hips.y) / torso >= limit(thighsFrom, was === 'standing')
  }
  const legs = ankles ?? knees
  const carried = legs !== null && degreesFromUpright(hips, legs) <= legsUprightTo

  const bodyOf = (): BodyPosture => {
    if (degrees >= limit(lyingFrom, was === 'lying') && wide && !carried) return 'lying'
    if (!upright) return carried ? 'bending' : 'unknown'
    const stands = tall()
    return stands === null ? 'unknown' : stands ? 'standing' : 'crouching'
  }
  const [left, right] = [sure(keypoint.leftWrist), sure(keypoint.rightWrist)]
  const nose = sure(keypoint.nose)
  const height = nose && nose.y < shoulders.y ? nose.y : shoulders.y - overShoulders * torso
  const handsUp =
    degrees < lyingFrom[0] && left !== null && right !== null && Math.max(left.y, right.y) < height
  return { body: bodyOf(), handsUp, torsoDegrees: degrees, sureCount: points.length }
}

/** Angle between up and the way from the lower point to the upper one, 0–180. */
function degreesFromUpright(upper: Point, lower: Point): number {
  return (Math.atan2(Math.abs(upper.x - lower.x), lower.y - upper.y) / Math.PI) * 180
}

/** Between two points, or the one that is sure. */
function middle(a: Point | null, b: Point | null): Point | null {
  return a && b ? { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : (a ?? b)
}

/** Width over height of the box around points. */
function extentOf(points: readonly Point[]): number {
  const span = (of: (point: Point) => number) => {
    const values = points.map(of)
    return Math.max(...values) - Math.min(...values)
  }
  return (
    span(({ x }) => x) /
    Math.max(
      span(({ y }) => y),
      1e-9,
    )
  )
}
