import type { Random } from '../../core/random.ts'
import { type Actor, actor, alive, ease, type Motion, onward, swing, through } from './actor.ts'
import { type BodyPose, blend, mirrored, type PoseChange, plus, pose } from './body-pose.ts'

const twoPi = 2 * Math.PI

/** What the arms of somebody do who stands or walks. */
export function drawArms(random: Random): PoseChange {
  const r = (low: number, high: number) => random.range(low, high)
  const one = (): PoseChange => {
    switch (random.int(0, 6)) {
      case 0: // hanging
        return {}
      case 1: // hand in a pocket
        return { shoulderR: r(-0.3, 0), liftR: r(0.2, 0.4), elbowR: r(0.6, 1) }
      case 2: // holding something before the body
        return { shoulderR: r(0.2, 0.6), elbowR: r(1.2, 1.8), armTurnR: r(-0.6, 0) }
      case 3: // telephone at the ear, drinking, scratching
        return { shoulderR: r(0.3, 1), liftR: r(0.2, 0.7), elbowR: r(2, 2.5), armTurnR: r(-0.6, 0.4) }
      case 4: // hand on the hip
        return { shoulderR: r(-0.4, -0.1), liftR: r(0.6, 0.9), elbowR: r(1.4, 1.8), armTurnR: r(-0.9, -0.4) }
      case 5: // pointing, reaching, leaning on something
        return { shoulderR: r(0.7, 1.6), liftR: r(0, 0.5), elbowR: r(0, 0.8) }
      default:
        return { shoulderR: r(-0.2, 0.3), liftR: r(0.05, 0.35), elbowR: r(0, 0.7) }
    }
  }
  const right = one()
  const both = random.chance(0.35)
  const left = both ? right : one()
  const { shoulderR: shoulderL, liftR: liftL, elbowR: elbowL, armTurnR: armTurnL } = pose(left)
  return { ...right, shoulderL, liftL, elbowL, armTurnL }
}

/** Standing, with whatever somebody does who stands: talking with the hands, turning, changing the leg. */
export function standing(random: Random): Actor {
  const base = pose({ ...drawArms(random), spreadL: random.range(0, 0.2), spreadR: random.range(0, 0.2) })
  const other = pose({ ...drawArms(random) }, base)
  const changesS = random.chance(0.5) ? random.range(0.2, 1.8) : 9
  const lastsS = random.range(0.4, 1.2)
  const talks = random.chance(0.4)
  const [hz, phase, size] = [random.range(0.4, 1.6), random.range(0, twoPi), random.range(0.1, 0.45)]
  const lean = random.chance(0.2) ? random.range(0.1, 0.35) : random.range(-0.05, 0.1)
  const turning = random.chance(0.3) ? random.range(-1.2, 1.2) : 0
  const motion: Motion = (tS) => {
    const made = plus(blend(base, other, ease((tS - changesS) / lastsS)), { bend: lean })
    if (!talks) return made
    const beat = size * swing(tS, hz, phase)
    return plus(made, { shoulderR: beat, elbowR: -beat, shoulderL: 0.4 * beat, liftR: 0.4 * beat })
  }
  return actor(alive(motion, random, random.range(0.3, 1.5)), {
    path: onward(random.chance(0.2) ? random.range(0, 0.25) : 0, turning, random.range(0, twoPi)),
    hold: 1,
  })
}

export interface Gait {
  readonly hz: number
  readonly hip: number
  readonly knee: number
  readonly arm: number
  readonly elbow: number
  readonly bend: number
  readonly riseM: number
}

/** One moment of walking or running. */
export function gait(tS: number, phase: number, size: Gait): BodyPose {
  const angle = twoPi * size.hz * tS + phase
  const leg = (offset: number) => {
    const forth = Math.sin(angle + offset)
    // The knee bends while the leg comes forward.
    const lifts = Math.max(0, Math.cos(angle + offset)) ** 2
    return [size.hip * forth + size.hip * 0.12, 0.06 + size.knee * lifts + 0.12 * Math.max(0, forth)] as const
  }
  const [[hipL, kneeL], [hipR, kneeR]] = [leg(0), leg(Math.PI)]
  const arms = size.arm * Math.sin(angle)
  return pose({
    hipL,
    hipR,
    kneeL,
    kneeR,
    bend: size.bend,
    twist: 0.12 * Math.sin(angle),
    shoulderL: -arms,
    shoulderR: arms,
    elbowL: size.elbow,
    elbowR: size.elbow,
    riseM: size.riseM * Math.abs(Math.cos(angle)) ** 0.7,
  })
}

export function walking(random: Random): Actor {
  const speed = random.range(0.45, 1.8)
  const phase = random.range(0, twoPi)
  const size: Gait = {
    // Step rate and length grow with the speed (Grieve and Gear 1966).
    hz: 0.55 + 0.27 * speed + random.range(-0.08, 0.08),
    hip: 0.18 + 0.2 * Math.min(1.6, speed) + random.range(-0.05, 0.05),
    knee: random.range(0.5, 1),
    arm: random.range(0.1, 0.3 + 0.25 * speed),
    elbow: random.range(0.1, 0.6),
    bend: random.range(0, 0.2) + (random.chance(0.1) ? random.range(0.2, 0.5) : 0),
    riseM: 0,
  }
  const arms = random.chance(0.45) ? drawArms(random) : null
  const motion: Motion = (tS) => {
    const made = gait(tS, phase, size)
    return arms ? pose(arms, made) : made
  }
  return actor(alive(random.chance(0.5) ? motion : (tS) => mirrored(motion(tS)), random, 0.5), {
    path: onward(speed, random.chance(0.3) ? random.range(-0.7, 0.7) : 0, random.chance(0.05) ? Math.PI : 0),
  })
}

export function running(random: Random): Actor {
  const speed = random.range(1.8, 5)
  const phase = random.range(0, twoPi)
  const size: Gait = {
    hz: 1.15 + 0.08 * speed + random.range(-0.1, 0.15),
    hip: 0.4 + 0.1 * speed + random.range(-0.08, 0.12),
    knee: random.range(1, 1.9),
    arm: random.range(0.4, 1),
    elbow: random.range(0.9, 1.8),
    bend: random.range(0.05, 0.35),
    riseM: random.range(0.03, 0.1),
  }
  return actor((tS) => gait(tS, phase, size), {
    path: onward(speed, random.chance(0.2) ? random.range(-0.6, 0.6) : 0, 0),
  })
}

/** One arm, or both, swung over the shoulder; the other one does anything. */
export function waving(random: Random): Actor {
  const [hz, phase] = [random.range(0.5, 2.4), random.range(0, twoPi)]
  const style = random.pick(['forearm', 'arm', 'arm', 'beckon', 'cross'] as const)
  const middle = random.range(2, 2.9)
  const size = random.range(0.25, 0.8)
  const both = random.chance(0.5)
  const together = random.chance(0.6) ? 0 : random.range(0, twoPi)
  const arm = (beat: number): PoseChange => {
    switch (style) {
      case 'forearm':
        return { liftR: middle - 0.7, elbowR: 1 + 0.7 * size * beat, armTurnR: 1.2 + 0.9 * size * beat }
      case 'arm': // from the side of the body, or from the shoulder, to over the head and back
        return { liftR: middle - 0.2 + size * beat, elbowR: 0.25, shoulderR: 0.1 }
      case 'beckon':
        return { shoulderR: middle - 0.2 + size * beat, elbowR: 0.5 - 0.4 * beat, liftR: 0.2 }
      case 'cross':
        return { liftR: middle + 0.3 + 0.9 * size * beat, elbowR: 0.3 }
    }
  }
  const wide = style === 'arm' && random.chance(0.5) ? random.range(0.9, 1.35) : null
  const rest = random.chance(0.7) ? {} : drawArms(random)
  const motion: Motion = (tS) => {
    const beat = swing(tS, hz, phase)
    const right = wide === null ? arm(beat) : { liftR: 1.75 + wide * beat, elbowR: 0.15, shoulderR: 0 }
    if (!both) return pose({ ...rest, ...right })
    const second = swing(tS, hz, phase + together)
    const other = mirrored(
      pose(wide === null ? arm(second) : { liftR: 1.75 + wide * second, elbowR: 0.15, shoulderR: 0 }),
    )
    const { shoulderL, liftL, elbowL, armTurnL } = other
    return pose({ ...right, shoulderL, liftL, elbowL, armTurnL })
  }
  const moves = random.chance(0.12)
  return actor(alive(random.chance(0.5) ? motion : (tS) => mirrored(motion(tS)), random, 0.7), {
    path: onward(moves ? random.range(0.3, 1) : 0, 0, 0),
    hold: 1,
  })
}

/** Both hands over the head and held there, or being raised. */
export function handsUp(random: Random): Actor {
  const side = () => ({
    lift: random.range(2.1, 3.1),
    elbow: random.range(0, 1.3),
    forth: random.range(-0.3, 0.7),
  })
  const [left, right] = [side(), side()]
  const up = pose({
    liftL: left.lift,
    liftR: right.lift,
    shoulderL: left.forth,
    shoulderR: right.forth,
    elbowL: left.elbow,
    elbowR: right.elbow,
    armTurnL: random.range(0.3, 1.4),
    armTurnR: random.range(0.3, 1.4),
  })
  const begins = random.chance(0.3) ? random.range(0.2, 1) : -9
  const low = pose(drawArms(random))
  const motion: Motion = through([
    { atS: begins, pose: low },
    { atS: begins + random.range(0.4, 0.9), pose: up },
  ])
  const speed = random.chance(0.2) ? random.range(0.2, 0.8) : 0
  return actor(alive(motion, random, 0.6), { path: onward(speed, 0, 0), hold: 1 })
}
