import type { Random } from '../../core/random.ts'
import { type Actor, actor, alive, type Motion, swing, through } from './actor.ts'
import { type BodyPose, mirrored, type PoseChange, plus, pose, upright } from './body-pose.ts'
import { falling } from './falling-actors.ts'
import { lyingPose } from './low-actors.ts'
import { drawArms } from './upright-actors.ts'

const guard: PoseChange = {
  hipL: 0.35,
  hipR: -0.2,
  kneeL: 0.35,
  kneeR: 0.35,
  bend: 0.2,
  twist: 0.2,
  shoulderL: 0.8,
  shoulderR: 0.8,
  elbowL: 1.9,
  elbowR: 2.1,
  armTurnL: -0.3,
  armTurnR: -0.3,
}

/** A blow: out, and back. `reach` is the pose at its end. */
interface Blow {
  readonly reach: PoseChange
  readonly outS: number
  readonly backS: number
}

function drawBlow(random: Random): Blow {
  const [outS, backS] = [random.range(0.08, 0.2), random.range(0.15, 0.35)]
  const far = random.range(1.2, 1.75)
  const kinds: readonly PoseChange[] = [
    { shoulderR: far, elbowR: 0.15, twist: -0.6, bend: 0.3 },
    { shoulderR: far, elbowR: 0.9, liftR: 0.9, twist: -0.8, armTurnR: -0.8 },
    { shoulderR: 2.7, elbowR: 0.6, bend: 0.1 },
    { shoulderL: far, elbowL: 0.1, twist: 0.5, bend: 0.25 },
    { shoulderL: 1.4, shoulderR: 1.4, elbowL: 0.2, elbowR: 0.2, bend: 0.4 },
    { hipR: random.range(0.9, 1.7), kneeR: 0.25, bend: -0.25, liftL: 0.7 },
    { hipR: 1.4, kneeR: 1.6, bend: 0.2, shoulderL: 1, shoulderR: 1 },
  ]
  return { reach: random.pick(kinds), outS, backS }
}

/** Blow after blow, with short rests between them. */
function blows(base: BodyPose, random: Random, restS: readonly [number, number]): Motion {
  const keys = [{ atS: -2, pose: base }]
  let atS = -2 + random.range(0, 0.6)
  while (atS < 4) {
    const { reach, outS, backS } = drawBlow(random)
    const drawn = plus(base, { twist: random.range(0, 0.5), shoulderR: -0.3, bend: random.range(-0.1, 0.15) })
    const far = pose(reach, base)
    keys.push(
      { atS, pose: base },
      { atS: atS + 0.1, pose: drawn },
      { atS: atS + 0.1 + outS, pose: random.chance(0.5) ? far : mirrored(far) },
      { atS: atS + 0.1 + outS + backS, pose: base },
    )
    atS += 0.12 + outS + backS + random.range(...restS)
  }
  return through(keys)
}

/** Thrown about by blows and grips: trunk and arms jerk, steps to hold the balance. */
function struggling(base: BodyPose, random: Random, size: number): Motion {
  const waves = Array.from(
    { length: 10 },
    () => [random.range(0.7, 3.2), random.range(0, 6.28), random.range(0.3, 1)] as const,
  )
  return (tS) => {
    const at = (n: number) => size * waves[n]![2] * swing(tS, waves[n]![0], waves[n]![1])
    return plus(base, {
      bend: 0.35 * at(0),
      side: 0.3 * at(1),
      twist: 0.45 * at(2),
      shoulderL: 0.6 * at(3),
      shoulderR: 0.6 * at(4),
      elbowL: 0.5 * at(5),
      elbowR: 0.5 * at(6),
      hipL: 0.4 * at(7),
      hipR: -0.4 * at(7),
      kneeL: 0.3 + 0.3 * at(8),
      kneeR: 0.3 + 0.3 * at(9),
    })
  }
}

/** To and fro within a step. */
function unsteady(random: Random, sizeM: number): Actor['path'] {
  const waves = Array.from({ length: 3 }, () => [random.range(0.3, 1.4), random.range(0, 6.28)] as const)
  const [away, angle] = [random.chance(0.3) ? random.range(0.1, 0.9) : 0, random.range(0, 6.28)]
  return (tS) => ({
    xM: sizeM * swing(tS, ...waves[0]!) + away * tS * Math.sin(angle),
    zM: sizeM * swing(tS, ...waves[1]!) + away * tS * Math.cos(angle),
    headingRad: 0.5 * swing(tS, ...waves[2]!),
  })
}

/** One of two who fight: striking, grappling, pulling, being struck, on the ground under blows or over somebody. */
export function fighting(random: Random): Actor {
  const sizeM = random.range(0.05, 0.35)
  const path = unsteady(random, sizeM)
  const either = (motion: Motion): Motion => (random.chance(0.5) ? motion : (tS) => mirrored(motion(tS)))
  switch (random.int(0, 7)) {
    case 0:
    case 1:
    case 2: {
      const base = pose(random.chance(0.6) ? guard : { ...drawArms(random), hipL: 0.25, hipR: -0.2 })
      const strikes = blows(base, random, [0, 0.5])
      const sways = struggling(upright, random, random.range(0.1, 0.6))
      return actor(
        either((tS) => plus(strikes(tS), difference(sways(tS)))),
        { path },
      )
    }
    case 3:
    case 4: {
      // Holding on to each other.
      const grip = pose({
        hipL: 0.45,
        hipR: -0.3,
        kneeL: 0.4,
        kneeR: 0.4,
        bend: random.range(0.2, 0.8),
        pitch: random.range(0, 0.3),
        shoulderL: random.range(0.8, 1.6),
        shoulderR: random.range(0.8, 1.6),
        elbowL: random.range(0.3, 1.4),
        elbowR: random.range(0.3, 1.4),
        nod: random.range(-0.1, 0.6),
      })
      return actor(either(struggling(grip, random, random.range(0.5, 1.2))), { path })
    }
    case 5: {
      // Struck: bent, arms before the head, reeling.
      const bent = random.range(-0.3, 0.9)
      const covers = pose({
        bend: bent,
        hipL: 0.4,
        hipR: 0.2,
        kneeL: 0.6,
        kneeR: 0.5,
        nod: 0.4,
        shoulderL: random.range(0.6, 1.9),
        shoulderR: random.range(0.6, 1.9),
        elbowL: 2,
        elbowR: 1.9,
      })
      return actor(either(struggling(covers, random, random.range(0.6, 1.3))), { path })
    }
    case 6: {
      // On the ground: curled up, kicking, thrown about.
      const down = plus(lyingPose(random), {
        hipL: 0.6,
        hipR: 0.6,
        kneeL: 0.7,
        kneeR: 0.7,
        elbowL: 0.8,
        elbowR: 0.8,
      })
      return actor(struggling(down, random, random.range(0.5, 1.2)), { path: unsteady(random, sizeM / 2) })
    }
    default: {
      // Over somebody on the ground: bent or kneeling, striking down.
      const over = random.chance(0.5)
        ? pose({
            bend: random.range(0.7, 1.2),
            pitch: 0.3,
            hipL: 0.8,
            hipR: 0.6,
            kneeL: 0.6,
            kneeR: 0.5,
            shoulderL: 0.9,
            shoulderR: 0.9,
            elbowL: 0.5,
            elbowR: 0.6,
          })
        : pose({
            bend: random.range(0.3, 0.9),
            hipL: 0.6,
            hipR: 1.2,
            kneeL: 1.9,
            kneeR: 1.8,
            shoulderL: 0.9,
            shoulderR: 0.9,
            elbowL: 0.6,
            elbowR: 0.6,
          })
      return actor(either(blows(over, random, [0, 0.35])), { path: unsteady(random, sizeM / 2) })
    }
  }
}

function difference(p: BodyPose): PoseChange {
  const made: Record<string, number> = {}
  for (const [field, value] of Object.entries(p)) made[field] = value - upright[field as keyof BodyPose]
  return made as PoseChange
}

/** A push with both hands (or one), and the one who is pushed: a step or several back, or a fall. */
export function pushing(random: Random): Actor {
  const atS = random.range(0.3, 1.5)
  const far = pose({
    shoulderL: 1.4,
    shoulderR: 1.4,
    elbowL: 0.15,
    elbowR: 0.15,
    bend: random.range(0.2, 0.6),
    hipL: 0.5,
    hipR: -0.4,
    kneeL: 0.5,
  })
  const drawn = pose({ shoulderL: 0.9, shoulderR: 0.9, elbowL: 2, elbowR: 2, bend: 0.1 })
  const rest = pose(drawArms(random))
  const one = random.chance(0.25)
  const out = one ? pose({ shoulderL: 0, elbowL: 0.3 }, far) : far
  const motion = through([
    { atS: atS - 0.35, pose: rest },
    { atS: atS - 0.1, pose: drawn },
    { atS: atS + random.range(0.05, 0.15), pose: out },
    { atS: atS + random.range(0.3, 0.6), pose: out },
    { atS: atS + 1, pose: rest },
  ])
  const onM = random.range(0.1, 0.6)
  return actor(alive(motion, random, 0.4), {
    path: (tS) => ({ xM: 0, zM: onM * Math.max(0, Math.min(1, (tS - atS + 0.2) / 0.4)), headingRad: 0 }),
  })
}

/** Reels back from a push at `atS`. */
export function pushed(random: Random, atS = random.range(0.3, 1.5)): Actor {
  if (random.chance(0.3)) return falling(random, atS).actor
  const backM = random.range(0.3, 1.3)
  const base = pose(drawArms(random))
  const reels = plus(base, {
    bend: random.range(-0.5, -0.15),
    shoulderL: 0.6,
    shoulderR: 0.5,
    liftL: 0.6,
    liftR: 0.7,
    hipL: 0.5,
    kneeL: 0.7,
    nod: 0.2,
  })
  const motion = through([
    { atS, pose: base },
    { atS: atS + 0.2, pose: reels },
    { atS: atS + 0.5, pose: mirrored(reels) },
    { atS: atS + 1, pose: base },
  ])
  return actor(alive(motion, random, 0.6), {
    path: (tS) => ({ xM: 0, zM: -backM * Math.max(0, Math.min(1, (tS - atS) / 0.8)), headingRad: 0 }),
  })
}
