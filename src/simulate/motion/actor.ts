import type { Random } from '../../core/random.ts'
import { type BodyPose, blend, type PoseChange, plus } from './body-pose.ts'

/** Where somebody is on the ground, metres, and where they look: 0 is along +z, π/2 along +x. */
export interface Place {
  readonly xM: number
  readonly zM: number
  readonly headingRad: number
}

/** What one body does over the seconds of a window; times before 0 go on backwards. */
export interface Actor {
  pose(tS: number): BodyPose
  /** Against where they stand at 0, and against where they look then. */
  path(tS: number): Place
  /** What carries them lies so high: a bed, a roof. */
  readonly surfaceM: number
  /** 0: they move around their hips; 1: around their feet. */
  readonly hold: number
}

export type Motion = (tS: number) => BodyPose

export const nowhere: Place = { xM: 0, zM: 0, headingRad: 0 }

export function actor(motion: Motion, rest: Partial<Omit<Actor, 'pose'>> = {}): Actor {
  return { pose: motion, path: () => nowhere, surfaceM: 0, hold: 0, ...rest }
}

/** -1 to 1. */
export const swing = (tS: number, hz: number, phase: number): number =>
  Math.sin(2 * Math.PI * hz * tS + phase)

/** 0 to 1, resting at both ends. */
export function ease(share: number): number {
  const t = Math.max(0, Math.min(1, share))
  return t * t * (3 - 2 * t)
}

/** 0 to 1, faster and faster, as what falls. */
export const drop = (share: number): number => Math.max(0, Math.min(1, share)) ** 2

export interface KeyPose {
  readonly atS: number
  readonly pose: BodyPose
  /** How it is reached from the one before. */
  readonly by?: (share: number) => number
}

/** From key pose to key pose. */
export function through(keys: readonly KeyPose[]): Motion {
  return (tS) => {
    const next = keys.findIndex(({ atS }) => atS > tS)
    if (next === 0) return keys[0]!.pose
    if (next < 0) return keys.at(-1)!.pose
    const [from, to] = [keys[next - 1]!, keys[next]!]
    return blend(from.pose, to.pose, (to.by ?? ease)((tS - from.atS) / (to.atS - from.atS)))
  }
}

/** Small movements of somebody who lives: sway, breath, a head that looks around, hands that are never still. */
export function alive(motion: Motion, random: Random, size = 1): Motion {
  const waves = Array.from({ length: 8 }, () => ({
    hz: random.range(0.15, 0.7),
    phase: random.range(0, 2 * Math.PI),
    size: size * random.range(0, 1),
  }))
  const looks = random.chance(0.4) ? random.range(0.2, 0.9) : 0.1
  return (tS) => {
    const at = (n: number) => waves[n]!.size * swing(tS, waves[n]!.hz, waves[n]!.phase)
    const change: PoseChange = {
      bend: 0.04 * at(0),
      side: 0.04 * at(1),
      twist: 0.08 * at(2),
      turn: looks * at(3),
      shoulderL: 0.1 * at(4),
      shoulderR: 0.1 * at(5),
      elbowL: 0.15 * at(6),
      elbowR: 0.15 * at(7),
    }
    return plus(motion(tS), change)
  }
}

/** Straight on at a speed, metres a second, turning by so many radians a second; `aside`: not where they look. */
export function onward(speed: number, turning: number, aside: number): Actor['path'] {
  return (tS) => {
    const heading = turning * tS
    if (Math.abs(turning) < 1e-3)
      return { xM: speed * tS * Math.sin(aside), zM: speed * tS * Math.cos(aside), headingRad: 0 }
    const radius = speed / turning
    const [x, z] = [radius * (1 - Math.cos(heading)), radius * Math.sin(heading)]
    return {
      xM: x * Math.cos(aside) + z * Math.sin(aside),
      zM: z * Math.cos(aside) - x * Math.sin(aside),
      headingRad: heading,
    }
  }
}
