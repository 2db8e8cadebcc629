import { createRandom } from '../core/random.ts'
import type { Action } from './script.ts'

/** Joint angles in radians. Limbs hang straight down at 0; forward is positive. Index 0 is left, 1 is right. */
export interface Pose {
  /** Trunk bent forward. */
  lean: number
  /** Trunk bent to the left. */
  tilt: number
  hips: [number, number]
  /** Knees bend backwards only. */
  knees: [number, number]
  shoulders: [number, number]
  /** Upper arms lifted sideways. */
  lifts: [number, number]
  elbows: [number, number]
  /** Forearms turned sideways around the elbow, for waving. */
  swings: [number, number]
  /** The whole body tipped over around its feet, and towards where: 0 forward, π backward. */
  tip: number
  tipTowards: number
  /** Height over the ground of the lowest point, metres: the flight phase of running. */
  hopM: number
}

export function neutralPose(): Pose {
  return {
    lean: 0.03,
    tilt: 0,
    hips: [0, 0],
    knees: [0.05, 0.05],
    shoulders: [0, 0],
    lifts: [0.12, 0.12],
    elbows: [0.15, 0.15],
    swings: [0, 0],
    tip: 0,
    tipTowards: 0,
    hopM: 0,
  }
}

/** How somebody stands `tS` seconds into a stretch of `lengthS` seconds in which they do `action`. */
export function poseAt(action: Action, moment: { tS: number; lengthS: number; seed: number }): Pose {
  const { tS, lengthS, seed } = moment
  const random = createRandom(seed)
  const phase = random.range(0, Math.PI * 2)
  switch (action) {
    case 'walking':
      return gait(phase + tS * Math.PI * 2 * random.range(0.85, 1.05), {
        hip: 0.45,
        knee: 0.7,
        arm: 0.45,
        elbow: 0.25,
        lean: 0.05,
        hop: 0,
      })
    case 'running':
      return gait(phase + tS * Math.PI * 2 * random.range(1.3, 1.6), {
        hip: 0.85,
        knee: 1.7,
        arm: 0.9,
        elbow: 1.5,
        lean: 0.28,
        hop: 0.09,
      })
    case 'waving':
      return wave(tS, phase, random.range(1.4, 2.4), random.pick(['left', 'right', 'right', 'both'] as const))
    case 'fighting':
      return fight(tS, phase, random.range(1.7, 2.6))
    case 'falling':
      return fallen(Math.min(1, tS / lengthS) ** 2, random.range(0, Math.PI * 2), tS)
    case 'lying':
      return fallen(1, random.range(0, Math.PI * 2), 0)
    case 'rising':
      return fallen(1 - smooth(tS / lengthS), random.range(0, Math.PI * 2), 0)
    default:
      return stand(tS, phase)
  }
}

function stand(tS: number, phase: number): Pose {
  const pose = neutralPose()
  const sway = Math.sin(tS * 1.1 + phase)
  pose.tilt = 0.03 * sway
  pose.lean += 0.02 * Math.sin(tS * 0.7 + phase)
  pose.shoulders = [0.06 * sway, -0.05 * sway]
  pose.elbows = [0.25, 0.2]
  return pose
}

function gait(
  phase: number,
  size: { hip: number; knee: number; arm: number; elbow: number; lean: number; hop: number },
): Pose {
  const pose = neutralPose()
  const side = (offset: number): [number, number] => {
    const swing = Math.sin(phase + offset)
    // The knee bends while the leg comes forward.
    const bend = Math.max(0, Math.cos(phase + offset))
    return [size.hip * swing + size.hip * 0.15, 0.08 + size.knee * bend * bend]
  }
  const [left, right] = [side(0), side(Math.PI)]
  pose.hips = [left[0], right[0]]
  pose.knees = [left[1], right[1]]
  pose.shoulders = [-size.arm * Math.sin(phase), size.arm * Math.sin(phase)]
  pose.elbows = [size.elbow, size.elbow]
  pose.lean = size.lean
  pose.hopM = size.hop * Math.abs(Math.sin(phase))
  return pose
}

function wave(tS: number, phase: number, rateHz: number, arms: 'left' | 'right' | 'both'): Pose {
  const pose = stand(tS, phase)
  const swing = Math.sin(tS * Math.PI * 2 * rateHz + phase)
  for (const side of [0, 1] as const) {
    if (arms === 'left' && side === 1) continue
    if (arms === 'right' && side === 0) continue
    pose.lifts[side] = 2.35 + 0.25 * swing
    pose.elbows[side] = 0.35
    pose.swings[side] = 0.75 * swing
    pose.shoulders[side] = 0
  }
  return pose
}

function fight(tS: number, phase: number, rateHz: number): Pose {
  const pose = neutralPose()
  const beat = tS * rateHz + phase
  const turn = Math.floor(beat)
  const strike = Math.max(0, Math.sin((beat - turn) * Math.PI)) ** 2
  const choice = createRandom(turn * 7919 + Math.floor(phase * 1000)).next()
  pose.lean = 0.15 + 0.1 * Math.sin(tS * 5 + phase)
  pose.tilt = 0.12 * Math.sin(tS * 3.7 + phase)
  pose.hips = [0.35, -0.3]
  pose.knees = [0.4, 0.45]
  // Guard: fists up; then a blow, a push with both arms, or a kick.
  pose.shoulders = [0.9, 0.9]
  pose.elbows = [2, 2]
  pose.lifts = [0.25, 0.25]
  if (choice < 0.6) {
    const arm = choice < 0.3 ? 0 : 1
    pose.shoulders[arm] = 0.9 + 0.75 * strike
    pose.elbows[arm] = 2 - 1.9 * strike
    pose.lean += 0.25 * strike
  } else if (choice < 0.8) {
    pose.shoulders = [0.9 + 0.6 * strike, 0.9 + 0.6 * strike]
    pose.elbows = [2 - 1.8 * strike, 2 - 1.8 * strike]
    pose.lean += 0.35 * strike
  } else if (choice < 0.92) {
    pose.hips[1] = -0.3 + 1.6 * strike
    pose.knees[1] = 0.45 + 0.6 * strike * (1 - strike)
    pose.lean -= 0.3 * strike
  } else {
    // Hit: thrown back.
    pose.lean = -0.35 * strike
    pose.shoulders = [0.4, 0.5]
    pose.elbows = [1, 1.2]
  }
  return pose
}

/** From standing (share 0) to lying (share 1). */
function fallen(share: number, direction: number, tS: number): Pose {
  const pose = neutralPose()
  const middle = Math.sin(Math.min(1, share) * Math.PI)
  pose.tip = share * 1.5
  pose.tipTowards = direction
  pose.knees = [0.1 + 0.9 * middle + 0.35 * share, 0.05 + 0.6 * middle]
  pose.hips = [0.3 * middle + 0.3 * share, 0.15 * middle]
  const flail = share < 1 && tS > 0 ? Math.sin(tS * 14) * 0.4 * middle : 0
  pose.shoulders = [1.2 * middle + 0.3 * share + flail, 0.9 * middle - flail]
  pose.lifts = [0.2 + 0.9 * middle + 0.5 * share, 0.2 + 0.7 * middle + 0.2 * share]
  pose.elbows = [0.5, 0.4]
  return pose
}

function smooth(x: number): number {
  const t = Math.max(0, Math.min(1, x))
  return t * t * (3 - 2 * t)
}
