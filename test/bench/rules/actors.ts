import type { Random } from '../../../src/core/random.ts'
import type { Action, GroundPoint, Segment } from '../../../src/simulate/script.ts'

/** Tells a person's time, stretch by stretch, as an author of scenes would. */
export interface Actor {
  readonly segments: readonly Segment[]
  now(): number
  here(): GroundPoint
  walk(to: GroundPoint, speed?: number): Actor
  run(to: GroundPoint, speed?: number): Actor
  stay(action: Action, lengthS: number): Actor
  face(angleRad: number): Actor
}

export function createActor(startS: number, start: GroundPoint, random: Random): Actor {
  const segments: Segment[] = []
  let nowS = startS
  let here = start
  let headingRad = 0
  const add = (action: Action, to: GroundPoint, lengthS: number) => {
    const before = segments.at(-1)
    const goesOn = before && (action === 'lying' || action === 'rising')
    const seed = goesOn ? before.seed : random.int(0, 1e9)
    segments.push({ action, startS: nowS, endS: nowS + lengthS, from: here, to, headingRad, seed })
    nowS += lengthS
    here = to
  }
  const go = (action: Action, to: GroundPoint, speed: number) => {
    const distance = Math.hypot(to.xM - here.xM, to.zM - here.zM)
    if (distance < 0.02) return
    headingRad = Math.atan2(to.xM - here.xM, to.zM - here.zM)
    add(action, to, distance / speed)
  }
  const actor: Actor = {
    segments,
    now: () => nowS,
    here: () => here,
    walk(to, speed = random.range(1, 1.5)) {
      go('walking', to, speed)
      return actor
    },
    run(to, speed = random.range(3.2, 4.2)) {
      go('running', to, speed)
      return actor
    },
    stay(action, lengthS) {
      add(action, here, lengthS)
      return actor
    },
    face(angleRad) {
      headingRad = angleRad
      return actor
    },
  }
  return actor
}

/** Just outside the picture at a depth: −1 at the left, 1 at the right. */
export const edge = (side: number, zM: number): GroundPoint => ({ xM: side * (zM * 0.72 + 1.2), zM })

/** Where somebody is on the ground at a time, or null when they are not in the scene. */
export function placeAt({ segments }: Pick<Actor, 'segments'>, tS: number): GroundPoint | null {
  const segment = segments.find(({ startS, endS }) => tS >= startS && tS < endS)
  if (!segment) return null
  const share = (tS - segment.startS) / (segment.endS - segment.startS)
  const { from, to } = segment
  return { xM: from.xM + share * (to.xM - from.xM), zM: from.zM + share * (to.zM - from.zM) }
}

/** The first moment at which somebody is in a polygon on the ground. */
export function entersS(actor: Pick<Actor, 'segments'>, polygon: readonly GroundPoint[]): number {
  for (let tS = actor.segments[0]!.startS; tS < actor.segments.at(-1)!.endS; tS += 0.05) {
    const at = placeAt(actor, tS)
    if (at && isInside(at, polygon)) return tS
  }
  return Number.NaN
}

function isInside({ xM, zM }: GroundPoint, polygon: readonly GroundPoint[]): boolean {
  let inside = false
  polygon.forEach((a, at) => {
    const b = polygon[(at + 1) % polygon.length]!
    if (a.zM > zM !== b.zM > zM && xM < ((b.xM - a.xM) * (zM - a.zM)) / (b.zM - a.zM) + a.xM) inside = !inside
  })
  return inside
}
