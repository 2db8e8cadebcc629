import type { Random } from '../../core/random.ts'
import { type Actor, actor, alive, drop, ease, type KeyPose, type Motion, swing, through } from './actor.ts'
import { type BodyPose, blend, plus, pose } from './body-pose.ts'
import { lyingPose, seated } from './low-actors.ts'
import { running, standing, walking } from './upright-actors.ts'

export interface Fall {
  readonly actor: Actor
  /** When they hit the ground, seconds of the window. */
  readonly hitsS: number
}

/**
 * Somebody falls: stumbles ahead, slips backward, faints to a side, sinks together, slides off a chair. Then lies, or
 * moves a little, or tries to get up.
 *
 * @param atS when it begins, seconds of the window.
 */
export function falling(random: Random, atS: number): Fall {
  const kind = random.pick([
    'trip',
    'slip',
    'faint',
    'faint',
    'collapse',
    'collapse',
    'chair',
    'sit',
  ] as const)
  const before = beforeFall(kind, random)
  const lastsS = {
    trip: random.range(0.45, 0.9),
    slip: random.range(0.4, 0.8),
    faint: random.range(0.6, 1.4),
    collapse: random.range(0.6, 1.6),
    chair: random.range(0.5, 1.3),
    sit: random.range(0.8, 2),
  }[kind]
  const towards = {
    trip: random.range(-0.5, 0.5),
    slip: Math.PI + random.range(-0.6, 0.6),
    faint: random.range(-Math.PI, Math.PI),
    collapse: random.range(-Math.PI, Math.PI),
    chair: random.range(-Math.PI, Math.PI),
    sit: Math.PI + random.range(-0.9, 0.9),
  }[kind]
  const start = before.pose(atS)
  const down = fallenPose(towards, random)
  const middle = halfway(kind, { start, down, random })
  const hitsS = atS + lastsS
  const split =
    atS + lastsS * { trip: 0.5, slip: 0.45, faint: 0.5, collapse: 0.55, chair: 0.5, sit: 0.55 }[kind]
  const keys: KeyPose[] = [
    { atS, pose: start },
    { atS: split, pose: middle, by: drop },
    { atS: hitsS, pose: down, by: (s) => 0.4 * s + 0.6 * s * s },
    { atS: hitsS + random.range(0.15, 0.5), pose: settled(down, random) },
  ]
  const flail = random.chance(0.6) ? random.range(0.2, 0.9) : 0
  const hz = random.range(1.5, 3)
  const fall = through(keys)
  const still = alive((_) => keys.at(-1)!.pose, random, random.chance(0.5) ? 0 : random.range(0, 1.2))
  const motion: Motion = (tS) => {
    if (tS <= atS) return before.pose(tS)
    if (tS >= keys.at(-1)!.atS) return still(tS)
    const loose = flail * Math.sin(Math.PI * Math.min(1, (tS - atS) / lastsS))
    return plus(fall(tS), {
      shoulderL: loose * swing(tS, hz, 0),
      shoulderR: loose * swing(tS, hz, 1.5),
      liftL: loose,
      liftR: loose * 0.6,
    })
  }
  const carried = Math.min(2.5, speedAt(before, atS)) * random.range(0.2, 0.9)
  return {
    hitsS,
    actor: actor(motion, { path: slowedPath(before, { atS, lastsS, carried }), hold: random.range(0, 1) }),
  }
}

function beforeFall(kind: string, random: Random): Actor {
  if (kind === 'chair') {
    const seat = seated(random)
    return actor(alive((_) => seat, random))
  }
  if (kind === 'trip' || kind === 'slip') return random.chance(0.25) ? running(random) : walking(random)
  return random.chance(0.5) ? walking(random) : standing(random)
}

/** Lying toward where they fell: forward is on the face, backward on the back, else on a side. */
function fallenPose(towards: number, random: Random): BodyPose {
  const base = lyingPose(random)
  const flat = Math.PI / 2 - Math.abs(random.normal()) * 0.12
  return pose(
    { pitch: flat * Math.cos(towards), roll: -flat * Math.sin(towards), spin: random.range(-0.7, 0.7) },
    base,
  )
}

/** On the way down: knees that give way, hips that sink, hands that reach for the ground. */
function halfway(kind: string, options: { start: BodyPose; down: BodyPose; random: Random }): BodyPose {
  const { start, down, random } = options
  // Down on the seat first, then over.
  if (kind === 'sit') return plus(groundSeat(random), { twist: random.range(-0.4, 0.4) })
  const share = { trip: 0.45, slip: 0.5, faint: 0.35, collapse: 0.12, chair: 0.4 }[kind]!
  const sink = { trip: 0.5, slip: 0.5, faint: 0.6, collapse: 1, chair: 0.2 }[kind]! * random.range(0.6, 1.2)
  const made = blend(start, down, share)
  const reach = random.chance(0.7) ? random.range(0.3, 1.4) : 0
  return plus(made, {
    kneeL: 1.6 * sink * random.range(0.6, 1.2),
    kneeR: 1.6 * sink * random.range(0.6, 1.2),
    hipL: 0.9 * sink,
    hipR: 0.9 * sink * random.range(0.5, 1.2),
    bend: random.range(0, 0.5) * sink,
    shoulderL: reach,
    shoulderR: reach * random.range(0.3, 1.1),
    liftL: random.range(0, 0.8),
    liftR: random.range(0, 0.8),
  })
}

/** On the ground, legs ahead or drawn up, hands beside or behind. */
function groundSeat(random: Random): BodyPose {
  const thigh = random.range(1.4, 2.3)
  const lean = random.range(-0.5, 0.5)
  return pose({
    pitch: lean,
    bend: random.range(0, 0.5),
    hipL: thigh + lean,
    hipR: thigh + lean + random.range(-0.4, 0.4),
    kneeL: random.range(0.2, 2.2),
    kneeR: random.range(0.2, 2.2),
    spreadL: random.range(0, 0.4),
    spreadR: random.range(0, 0.4),
    shoulderL: random.range(-0.9, 0.7),
    shoulderR: random.range(-0.9, 0.7),
    liftL: random.range(0.1, 0.7),
    liftR: random.range(0.1, 0.7),
  })
}

/** After the blow: limbs that come to rest, somebody who props themselves up a little. */
function settled(down: BodyPose, random: Random): BodyPose {
  const props = random.chance(0.25) ? random.range(0.2, 0.7) : 0
  return plus(down, {
    bend: random.range(-0.1, 0.2) + props * 0.5,
    kneeL: random.range(0, 0.4),
    kneeR: random.range(0, 0.4),
    liftL: random.range(-0.3, 0.3),
    elbowL: random.range(0, 0.5),
    pitch: -props * 0.4 * Math.sign(down.pitch),
  })
}

function speedAt(before: Actor, atS: number): number {
  const [a, b] = [before.path(atS - 0.1), before.path(atS)]
  return Math.hypot(a.xM - b.xM, a.zM - b.zM) / 0.1
}

/** Goes on in the direction that they had, ever slower, and then no further. */
function slowedPath(before: Actor, fall: { atS: number; lastsS: number; carried: number }): Actor['path'] {
  const { atS, lastsS, carried } = fall
  return (tS) => {
    if (tS <= atS) return before.path(tS)
    const [a, b] = [before.path(atS - 0.1), before.path(atS)]
    const length = Math.hypot(b.xM - a.xM, b.zM - a.zM)
    const onM = carried * lastsS * 0.5 * ease((tS - atS) / lastsS)
    if (length < 1e-6) return b
    return { ...b, xM: b.xM + ((b.xM - a.xM) / length) * onM, zM: b.zM + ((b.zM - a.zM) / length) * onM }
  }
}
