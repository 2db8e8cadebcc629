import type { Pose } from './pose.ts'
import type { Body, Colour } from './script.ts'

/** A point in metres: x to the right, y up, z away. */
export type Point = [number, number, number]

/** A limb: a cylinder with round ends between two points. */
export interface Limb {
  readonly from: Point
  readonly to: Point
  readonly fromRadiusM: number
  readonly toRadiusM: number
  readonly colour: Colour
}

/** Lengths as shares of the height (after Drillis and Contini 1966). */
const share = {
  thigh: 0.245,
  shin: 0.25,
  trunk: 0.3,
  neck: 0.05,
  head: 0.062,
  upperArm: 0.17,
  forearm: 0.19,
  shoulder: 0.115,
  hip: 0.05,
}

/**
 * The limbs of a person in their own coordinates: feet on the ground at the origin, facing +z. Turned, tipped and
 * set on the ground so that the lowest point touches it.
 */
export function limbsOf(body: Body, pose: Pose): Limb[] {
  const h = body.heightM
  const pelvis: Point = [0, 0, 0]
  const spine = rotate([0, share.trunk * h, 0], pose.lean, pose.tilt)
  const chest: Point = spine
  const headBase = add(chest, rotate([0, share.neck * h, 0], pose.lean, pose.tilt))
  const head = add(headBase, rotate([0, share.head * h, 0.01], pose.lean * 0.6, pose.tilt))
  const thick = body.build * h
  const limbs: Limb[] = []
  const limb = (from: Point, to: Point, radii: readonly [number, number], colour: Colour) =>
    limbs.push({ from, to, fromRadiusM: radii[0] * thick, toRadiusM: radii[1] * thick, colour })

  for (const side of [0, 1] as const) {
    const sign = side === 0 ? -1 : 1
    const hip = add(pelvis, [sign * share.hip * h, 0, 0])
    const knee = add(hip, swing(share.thigh * h, pose.hips[side], sign * 0.03))
    const foot = add(knee, swing(share.shin * h, pose.hips[side] - pose.knees[side], sign * 0.02))
    limb(hip, knee, [0.055, 0.04], body.trousers)
    limb(knee, foot, [0.038, 0.026], body.long === 'none' ? body.trousers : darker(body.trousers))
    limb(foot, add(foot, [0, -0.01, 0.09 * h]), [0.024, 0.02], [35, 32, 30])
    const shoulder = add(chest, rotate([sign * share.shoulder * h, -0.02 * h, 0], pose.lean, pose.tilt))
    const elbow = add(
      shoulder,
      arm(share.upperArm * h, pose.shoulders[side] + pose.lean * 0.5, sign * pose.lifts[side]),
    )
    const bend = pose.shoulders[side] + pose.lean * 0.5 + pose.elbows[side]
    const hand = add(elbow, arm(share.forearm * h, bend, sign * (pose.lifts[side] + pose.swings[side])))
    limb(shoulder, elbow, [0.031, 0.026], body.top)
    limb(elbow, hand, [0.025, 0.021], mix(body.top, body.skin, 0.4))
    limb(hand, hand, [0.026, 0.026], body.skin)
    if (side === 1 && body.carries === 'bag')
      limb(hand, add(hand, [0, -0.16 * h, 0]), [0.03, 0.07], darker(body.top))
  }
  limb(pelvis, chest, [0.075, 0.085], body.top)
  if (body.long === 'coat') limb(pelvis, add(pelvis, [0, -0.2 * h, 0]), [0.085, 0.1], body.top)
  if (body.long === 'skirt') limb(pelvis, add(pelvis, [0, -0.17 * h, 0]), [0.08, 0.11], body.trousers)
  if (body.carries === 'backpack')
    limb(
      add(mid(pelvis, chest), [0, 0, -0.1 * h]),
      add(chest, [0, -0.02, -0.1 * h]),
      [0.06, 0.06],
      darker(body.trousers),
    )
  limb(chest, headBase, [0.05, 0.035], body.skin)
  limb(head, head, [0.064, 0.064], body.skin)
  limb(add(head, [0, 0.028 * h, -0.012 * h]), add(head, [0, 0.02 * h, -0.02 * h]), [0.055, 0.055], body.hair)

  return grounded(tipped(limbs, pose), pose.hopM)
}

function tipped(limbs: readonly Limb[], { tip, tipTowards }: Pose): Limb[] {
  if (tip === 0) return [...limbs]
  const turn = (point: Point): Point => {
    // Into the direction of the fall, over, and back.
    const [x, y, z] = yaw(point, -tipTowards)
    const tippedPoint: Point = [
      x,
      y * Math.cos(tip) - z * Math.sin(tip),
      y * Math.sin(tip) + z * Math.cos(tip),
    ]
    return yaw(tippedPoint, tipTowards)
  }
  return limbs.map((limb) => ({ ...limb, from: turn(limb.from), to: turn(limb.to) }))
}

function grounded(limbs: readonly Limb[], hopM: number): Limb[] {
  const lowest = Math.min(
    ...limbs.flatMap(({ from, to, fromRadiusM, toRadiusM }) => [from[1] - fromRadiusM, to[1] - toRadiusM]),
  )
  const up: Point = [0, hopM - lowest, 0]
  return limbs.map((limb) => ({ ...limb, from: add(limb.from, up), to: add(limb.to, up) }))
}

export function yaw([x, y, z]: Point, angle: number): Point {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  return [x * c + z * s, y, z * c - x * s]
}

function rotate([x, y, z]: Point, lean: number, tilt: number): Point {
  const y1 = y * Math.cos(lean) - z * Math.sin(lean)
  const z1 = y * Math.sin(lean) + z * Math.cos(lean)
  return [x * Math.cos(tilt) - y1 * Math.sin(tilt), x * Math.sin(tilt) + y1 * Math.cos(tilt), z1]
}

/** A leg that hangs down, swung forward by `angle` and out by `out`. */
function swing(length: number, angle: number, out: number): Point {
  return [length * out, -length * Math.cos(angle), length * Math.sin(angle)]
}

function arm(length: number, forward: number, lift: number): Point {
  const down = Math.cos(forward)
  return [
    length * Math.sin(lift) * Math.max(0.25, Math.abs(down)),
    -length * down * Math.cos(lift),
    length * Math.sin(forward),
  ]
}

function add(a: Point, b: Point): Point {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

function mid(a: Point, b: Point): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2]
}

function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

function darker(colour: Colour): Colour {
  return mix(colour, [0, 0, 0], 0.35)
}
