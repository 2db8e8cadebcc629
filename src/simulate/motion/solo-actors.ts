import type { Random } from '../../core/random.ts'
import { type Actor, actor, alive, type Motion, onward, swing, through } from './actor.ts'
import { type BodyPose, mirrored, pose } from './body-pose.ts'
import { drawArms } from './upright-actors.ts'

/** A kick, or several: at a door, a car, a ball. */
export function kicking(random: Random): Actor {
  const high = random.range(0.7, 1.9)
  const sideways = random.chance(0.25)
  const far = sideways
    ? pose({ spreadR: high * 0.8, kneeR: 0.15, side: 0.35, liftL: 0.7, liftR: 0.5 })
    : pose({ hipR: high, kneeR: 0.15, bend: -0.2, shoulderL: 0.6, liftL: 0.5, liftR: 0.5, kneeL: 0.25 })
  const drawn = random.chance(0.5)
    ? pose({ hipR: -0.5, kneeR: 1.2, bend: 0.15, shoulderR: 0.4 })
    : pose({ hipR: 1.2, kneeR: 1.8, bend: 0, elbowL: 1, elbowR: 1 })
  return repeated({ rest: pose(drawArms(random)), drawn, far, random })
}

/** Throwing something: over the shoulder, from the side, from below. */
export function throwing(random: Random): Actor {
  const [drawn, far] = random.pick([
    [
      { shoulderR: 2.6, elbowR: 1.8, liftR: 0.5, twist: 0.7, bend: -0.2 },
      { shoulderR: 1.3, elbowR: 0.1, twist: -0.6, bend: 0.4 },
    ],
    [
      { liftR: 1.5, shoulderR: -0.3, elbowR: 0.8, twist: 0.9 },
      { shoulderR: 1.5, elbowR: 0.1, liftR: 0.3, twist: -0.8, bend: 0.3 },
    ],
    [
      { shoulderR: -1, elbowR: 0.1, bend: 0.4, twist: 0.4 },
      { shoulderR: 1.8, elbowR: 0.1, bend: 0.1, twist: -0.3 },
    ],
    [
      { shoulderL: 2.8, shoulderR: 2.8, elbowL: 1.4, elbowR: 1.4, bend: -0.2 },
      { shoulderL: 1.4, shoulderR: 1.4, elbowL: 0.1, elbowR: 0.1, bend: 0.5 },
    ],
  ] as const)
  const step = { hipL: random.range(0, 0.6), hipR: random.range(-0.5, 0) }
  return repeated({
    rest: pose(drawArms(random)),
    drawn: pose(drawn),
    far: pose({ ...far, ...step }),
    random,
  })
}

function repeated(options: { rest: BodyPose; drawn: BodyPose; far: BodyPose; random: Random }): Actor {
  const { rest, drawn, far, random } = options
  const keys = [{ atS: -3, pose: rest }]
  let atS = random.range(-0.8, 0.9)
  while (atS < 4) {
    const [back, out] = [random.range(0.2, 0.6), random.range(0.12, 0.3)]
    keys.push(
      { atS, pose: rest },
      { atS: atS + back, pose: drawn },
      { atS: atS + back + out, pose: far },
      { atS: atS + back + out + random.range(0.1, 0.3), pose: far },
      { atS: atS + back + out + random.range(0.5, 0.9), pose: rest },
    )
    atS += back + out + random.range(1, 2.2)
  }
  const motion = alive(through(keys), random, 0.5)
  return actor(random.chance(0.6) ? motion : (tS) => mirrored(motion(tS)), {
    hold: 1,
    path: onward(random.chance(0.2) ? 0.4 : 0, 0, 0),
  })
}

/** Up a ladder, a fence, a wall, hand over hand; or over it. */
export function climbing(random: Random): Actor {
  const [hz, phase] = [random.range(0.3, 0.9), random.range(0, 6.28)]
  const speed = random.range(0.15, 0.8) * (random.chance(0.15) ? -1 : 1)
  const startM = random.range(0, 2)
  const lean = random.range(-0.1, 0.4)
  const wide = random.range(0.1, 0.6)
  const size = random.range(0.6, 1.2)
  const motion: Motion = (tS) => {
    const s = swing(tS, hz, phase)
    const leg = (beat: number) => ({ hip: 0.9 + 0.7 * size * beat, knee: 1.1 + 0.9 * size * beat })
    const [left, right] = [leg(s), leg(-s)]
    return pose({
      pitch: lean,
      bend: 0.1,
      nod: -0.2,
      hipL: left.hip,
      hipR: right.hip,
      kneeL: left.knee,
      kneeR: right.knee,
      spreadL: wide,
      spreadR: wide,
      legTurnL: wide,
      legTurnR: wide,
      shoulderL: 2.2 - 0.7 * size * s,
      shoulderR: 2.2 + 0.7 * size * s,
      elbowL: 0.9 + 0.6 * s,
      elbowR: 0.9 - 0.6 * s,
      liftL: wide,
      liftR: wide,
      riseM: Math.max(0, startM + speed * tS),
    })
  }
  return actor(alive(motion, random, 0.4))
}
