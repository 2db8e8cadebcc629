import type { Random } from '../../core/random.ts'
import type { Act } from './act.ts'
import type { Actor } from './actor.ts'
import { type BodySize, bodyJoints, drawBody } from './body-joints.ts'

/** A point in a picture of height 1, and how far away it is, metres. */
export interface FilmedPoint {
  readonly x: number
  readonly y: number
  readonly depthM: number
}

/** A camera anywhere from a desk to a lamp post, and two people before it. */
export interface Film {
  /** Width of the picture; its height is 1. */
  readonly width: number
  /** The 17 points of a person at a time. */
  at(person: 0 | 1, tS: number): FilmedPoint[]
  readonly people: 1 | 2
}

/** @param middleS when the first person is somewhere in the picture. */
export function filmAct(act: Act, random: Random, middleS: number): Film {
  const heightM = random.chance(0.3) ? random.range(0.6, 1.8) : random.range(1.8, 6)
  const distanceM = random.range(2, 5) * (random.chance(0.5) ? 1 : random.range(1, 3))
  const width = random.pick([4 / 3, 16 / 9, 16 / 9, 1, 3 / 4])
  const field = random.range(0.6, 1.35)
  const focal = 1 / (2 * Math.tan(field / 2))
  const aimX = random.range(-0.36, 0.36) * width
  const aimY = random.range(-0.25, 0.25)
  const roll = random.normal() * 0.03
  const pitch =
    Math.atan2(heightM - act.subject.surfaceM - random.range(0.5, 1.1), distanceM) - Math.atan2(aimY, focal)
  const turned = random.range(0, 2 * Math.PI)
  const bodies: readonly BodySize[] = [drawBody(random), drawBody(random)]
  const middle = act.subject.path(middleS)
  const angle = random.range(0, 2 * Math.PI)
  const sideM = (aimX / focal) * distanceM

  const facing = act.other?.facing === true
  const headings = [
    facing ? angle : turned,
    facing ? angle + Math.PI + random.normal() * 0.25 : random.range(0, 6.28),
  ]
  const spots = [
    { xM: 0, zM: 0 },
    { xM: (act.other?.distanceM ?? 0) * Math.sin(angle), zM: (act.other?.distanceM ?? 0) * Math.cos(angle) },
  ]
  const project = ([x, y, z]: readonly [number, number, number]): FilmedPoint => {
    const up = y - heightM
    const depthM = Math.max(0.3, z * Math.cos(pitch) - up * Math.sin(pitch))
    const [u, v] = [(x / depthM) * focal, (-(z * Math.sin(pitch) + up * Math.cos(pitch)) / depthM) * focal]
    return {
      x: width / 2 + u * Math.cos(roll) - v * Math.sin(roll),
      y: 0.5 + u * Math.sin(roll) + v * Math.cos(roll),
      depthM,
    }
  }
  const place = (actor: Actor, person: 0 | 1, tS: number): FilmedPoint[] => {
    const { xM, zM, headingRad } = actor.path(tS)
    const heading = headings[person]! + headingRad
    const turn = (x: number, z: number, by: number) =>
      [x * Math.cos(by) + z * Math.sin(by), z * Math.cos(by) - x * Math.sin(by)] as const
    const [walkedX, walkedZ] = turn(xM, zM, headings[person]!)
    const [middleX, middleZ] = turn(middle.xM, middle.zM, headings[0]!)
    const spot = spots[person]!
    return bodyJoints(bodies[person]!, actor.pose(tS), actor.hold).map(([x, y, z]) => {
      const [tx, tz] = turn(x, z, heading)
      return project([
        tx + spot.xM + walkedX - middleX + sideM,
        y + actor.surfaceM,
        tz + spot.zM + walkedZ - middleZ + distanceM,
      ])
    })
  }
  return {
    width,
    people: act.other ? 2 : 1,
    at: (person, tS) => place(person === 0 ? act.subject : act.other!.actor, person, tS),
  }
}
