import type { Random } from '../../core/random.ts'
import type { BodyPose } from './body-pose.ts'

/** x to the right of somebody who looks along +z, y up, z ahead; metres. */
export type Point = readonly [x: number, y: number, z: number]
type Matrix = readonly [Point, Point, Point]

/** Lengths of one body, metres. */
export interface BodySize {
  readonly heightM: number
  readonly thigh: number
  readonly shin: number
  readonly trunk: number
  readonly neck: number
  readonly head: number
  readonly upperArm: number
  readonly forearm: number
  /** From the middle of the body. */
  readonly shoulder: number
  readonly hip: number
}

/** Somebody between a child and a tall adult; lengths after Drillis and Contini (1966), each a few percent off. */
export function drawBody(random: Random): BodySize {
  const heightM = random.chance(0.15) ? random.range(0.95, 1.45) : random.range(1.5, 1.95)
  const part = (share: number) => share * heightM * random.range(0.92, 1.08)
  return {
    heightM,
    thigh: part(0.235),
    shin: part(0.24),
    trunk: part(0.29),
    neck: part(0.045),
    head: part(0.075),
    upperArm: part(0.172),
    forearm: part(0.155),
    shoulder: part(0.108),
    hip: part(0.06),
  }
}

/** Half of the thickness of what touches the ground. */
const soleM = 0.04

/**
 * The 17 keypoints of COCO, in their order, of a body that looks along +z; its lowest point lies `riseM` over the ground
 * of height 0. `hold`: 0 keeps the hips over the origin, 1 the feet.
 */
export function bodyJoints(size: BodySize, p: BodyPose, hold: number): Point[] {
  const root = product(product(turnZ(p.roll), turnX(p.pitch)), turnY(p.spin))
  const trunk = product(root, product(product(turnY(p.twist), turnZ(p.side)), turnX(p.bend)))
  const head = product(trunk, product(turnY(p.turn), turnX(p.nod)))
  const chest = along(trunk, [0, size.trunk, 0])
  const headBase = sum(chest, along(trunk, [0, size.neck, 0]))
  const onHead = (x: number, y: number, z: number) =>
    sum(headBase, along(head, [x * size.head, y * size.head, z * size.head]))

  const leg = (sign: number, [flex, spread, turn, knee]: readonly [number, number, number, number]) => {
    const hip = along(root, [sign * size.hip, 0, 0])
    const frame = product(root, product(product(turnZ(sign * spread), turnX(-flex)), turnY(sign * turn)))
    const kneeAt = sum(hip, along(frame, [0, -size.thigh, 0]))
    const ankle = sum(kneeAt, along(product(frame, turnX(knee)), [0, -size.shin, 0]))
    return [hip, kneeAt, ankle] as const
  }
  const arm = (sign: number, [flex, lift, turn, elbow]: readonly [number, number, number, number]) => {
    const shoulder = sum(chest, along(trunk, [sign * size.shoulder, -0.01, 0]))
    const frame = product(trunk, product(product(turnZ(sign * lift), turnX(-flex)), turnY(sign * turn)))
    const elbowAt = sum(shoulder, along(frame, [0, -size.upperArm, 0]))
    const wrist = sum(elbowAt, along(product(frame, turnX(-elbow)), [0, -size.forearm, 0]))
    return [shoulder, elbowAt, wrist] as const
  }
  const [hipL, kneeL, ankleL] = leg(-1, [p.hipL, p.spreadL, p.legTurnL, p.kneeL])
  const [hipR, kneeR, ankleR] = leg(1, [p.hipR, p.spreadR, p.legTurnR, p.kneeR])
  const [shoulderL, elbowL, wristL] = arm(-1, [p.shoulderL, p.liftL, p.armTurnL, p.elbowL])
  const [shoulderR, elbowR, wristR] = arm(1, [p.shoulderR, p.liftR, p.armTurnR, p.elbowR])
  const joints = [
    ...[onHead(0, 0.75, 0.9), onHead(-0.28, 1, 0.75), onHead(0.28, 1, 0.75)],
    ...[onHead(-0.6, 0.9, 0), onHead(0.6, 0.9, 0), shoulderL, shoulderR, elbowL, elbowR],
    ...[wristL, wristR, hipL, hipR, kneeL, kneeR, ankleL, ankleR],
  ]
  const lowest = Math.min(...joints.map(([, y]) => y)) - soleM
  const [dx, dz] = [(-(ankleL[0] + ankleR[0]) / 2) * hold, (-(ankleL[2] + ankleR[2]) / 2) * hold]
  return joints.map(([x, y, z]) => [x + dx, y - lowest + p.riseM, z + dz])
}

/** Forward over: up goes ahead. */
function turnX(angle: number): Matrix {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  return [
    [1, 0, 0],
    [0, c, -s],
    [0, s, c],
  ]
}

/** Ahead goes to the right. */
function turnY(angle: number): Matrix {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  return [
    [c, 0, s],
    [0, 1, 0],
    [-s, 0, c],
  ]
}

/** Up goes to the left, and what hangs on the right goes outward. */
function turnZ(angle: number): Matrix {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  return [
    [c, -s, 0],
    [s, c, 0],
    [0, 0, 1],
  ]
}

function product(a: Matrix, b: Matrix): Matrix {
  const row = ([x, y, z]: Point): Point => [
    x * b[0][0] + y * b[1][0] + z * b[2][0],
    x * b[0][1] + y * b[1][1] + z * b[2][1],
    x * b[0][2] + y * b[1][2] + z * b[2][2],
  ]
  return [row(a[0]), row(a[1]), row(a[2])]
}

function along(m: Matrix, [x, y, z]: Point): Point {
  return [
    m[0][0] * x + m[0][1] * y + m[0][2] * z,
    m[1][0] * x + m[1][1] * y + m[1][2] * z,
    m[2][0] * x + m[2][1] * y + m[2][2] * z,
  ]
}

function sum(a: Point, b: Point): Point {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}
