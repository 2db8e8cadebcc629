import type { Random } from '../../core/random.ts'
import { type Actor, actor, alive, type KeyPose, type Motion, swing, through } from './actor.ts'
import { type BodyPose, blend, mirrored, plus, pose, upright } from './body-pose.ts'
import { drawArms } from './upright-actors.ts'

const half = Math.PI / 2

/** Somebody on a chair, a bench, a sofa, the ground. */
export function seated(random: Random): BodyPose {
  const lean = random.range(-0.35, 0.6)
  const legs = random.pick(['chair', 'chair', 'chair', 'stretched', 'crossed', 'ground'] as const)
  const spread = random.range(0.02, 0.4)
  const thigh = legs === 'ground' ? random.range(1.6, 2.2) : random.range(1.25, 1.65)
  const knee = { chair: random.range(1.2, 1.8), stretched: random.range(0.2, 0.9) }
  const kneeL =
    legs === 'stretched' ? knee.stretched : legs === 'ground' ? random.range(0.1, 2.2) : knee.chair
  const arms = drawArms(random)
  const forth = random.chance(0.6) ? { shoulderL: 0.5, shoulderR: 0.5, elbowL: 1, elbowR: 1 } : {}
  const base = pose({
    ...arms,
    pitch: lean * 0.5,
    bend: lean * 0.5 + 0.1,
    nod: random.range(-0.1, 0.6),
    hipL: thigh + lean * 0.5,
    hipR: thigh + lean * 0.5,
    kneeL,
    kneeR: kneeL + random.range(-0.2, 0.2),
    spreadL: spread,
    spreadR: spread,
  })
  const rest = plus(base, random.chance(0.5) ? forth : {})
  if (legs !== 'crossed') return rest
  return pose({ spreadR: -0.15, hipR: thigh + 0.25, kneeR: 0.9, legTurnR: random.range(0, 0.8) }, rest)
}

/** Sitting; sitting down and standing up too: slow, feet on the ground, and no alarm. */
export function sitting(random: Random): Actor {
  const seat = seated(random)
  const stands = pose(drawArms(random))
  const way = random.next()
  const still = alive((_) => seat, random, random.range(0.3, 1.8))
  if (way < 0.4) return actor(busyHands(still, random), { hold: 0 })
  if (way < 0.58) return actor(reachingDown(seat, random), { hold: 1 })
  const [atS, lastsS] = [random.range(-0.3, 1.2), random.range(0.5, 1.7)]
  const between = plus(blend(stands, seat, 0.5), { bend: random.range(0.2, 0.7) })
  const [first, last] = way < 0.8 ? [stands, seat] : [seat, stands]
  const motion = through([
    { atS, pose: first },
    { atS: atS + lastsS / 2, pose: between, by: (s) => s * s },
    { atS: atS + lastsS, pose: last, by: (s) => 1 - (1 - s) ** 2 },
  ])
  return actor(alive(motion, random, 0.4), { hold: random.range(0.7, 1) })
}

/** From a seat down to a shoe, a bag, something that fell, and up again: as fast as a fall begins. */
function reachingDown(seat: BodyPose, random: Random): Motion {
  const deep = random.range(0.6, 1.4)
  const low = plus(seat, {
    pitch: deep * random.range(0.3, 0.6),
    bend: deep * 0.6,
    hipL: deep * 0.5,
    hipR: deep * 0.5,
    side: random.range(-0.5, 0.5),
    twist: random.range(-0.4, 0.4),
    shoulderL: deep * random.range(0.2, 1),
    shoulderR: deep * random.range(0.4, 1.1),
    elbowL: -0.4,
    elbowR: -0.5,
    nod: random.range(-0.4, 0.3),
  })
  const atS = random.range(-1, 1.2)
  const [downS, restS] = [random.range(0.35, 1), random.range(0, 1.5)]
  return alive(
    through([
      { atS, pose: seat },
      { atS: atS + downS, pose: low },
      { atS: atS + downS + restS, pose: plus(low, { bend: random.range(-0.15, 0.15) }) },
      { atS: atS + 2 * downS + restS, pose: seat },
    ]),
    random,
    0.5,
  )
}

/** Eating, typing, turning pages: hands that work before the body. */
function busyHands(motion: Motion, random: Random): Motion {
  if (random.chance(0.5)) return motion
  const [hz, phase, size] = [random.range(0.3, 1.8), random.range(0, 6.28), random.range(0.1, 0.6)]
  return (tS) => {
    const beat = 0.5 + 0.5 * swing(tS, hz, phase)
    return plus(motion(tS), {
      shoulderR: 0.5 * size * beat,
      elbowR: size * beat,
      shoulderL: 0.2 * size * beat,
    })
  }
}

/** Bending down and up again: to tie a shoe, to lift something, to look under a table. */
export function bending(random: Random): Actor {
  const deep = random.range(0.7, 1.75)
  const knees = random.chance(0.4) ? random.range(0.3, 1) : random.range(0, 0.3)
  const reach = random.range(0.4, 1.5)
  const step = random.chance(0.3) ? random.range(0.2, 0.5) : 0
  const low = pose({
    pitch: deep * 0.55,
    bend: deep * 0.6,
    nod: random.range(-0.5, 0.4),
    hipL: deep * 0.55 + knees * 0.6 + step,
    hipR: deep * 0.55 + knees * 0.6 - step,
    kneeL: knees,
    kneeR: knees,
    shoulderL: deep * random.range(0.4, 1),
    shoulderR: reach,
    elbowL: random.range(0, 0.9),
    elbowR: 0.2,
    side: random.range(-0.3, 0.3),
    twist: random.range(-0.4, 0.4),
  })
  const stands = pose(drawArms(random))
  return actor(downAndUp({ stands, low, random, restS: random.range(0, 1.6) }), { hold: 1 })
}

/** Squatting, kneeling on one knee or both, creeping under something. */
export function crouching(random: Random): Actor {
  const kind = random.pick(['squat', 'squat', 'half', 'kneel', 'four'] as const)
  const lean = random.range(0, 0.7)
  const arms = drawArms(random)
  const low: BodyPose = {
    squat: pose({
      ...arms,
      pitch: lean * 0.5,
      bend: 0.1 + lean * 0.5,
      spreadL: 0.2,
      spreadR: 0.25,
      hipL: 1.9 + lean * 0.5,
      hipR: 1.8 + lean * 0.5,
      kneeL: 2.2,
      kneeR: 2.1,
    }),
    half: pose({ ...arms, bend: 0.1 + lean, hipL: 1.5, kneeL: 1.6, hipR: 0.05, kneeR: 1.5 }),
    kneel: pose({ ...arms, bend: 0.1 + lean, hipL: 0.3, hipR: 0.3, kneeL: 1.8, kneeR: 1.8 }),
    four: pose({
      pitch: 1.3,
      bend: 0.1,
      nod: -0.5,
      hipL: 1.4,
      hipR: 1.3,
      kneeL: 1.5,
      kneeR: 1.5,
      shoulderL: 1.4,
      shoulderR: 1.5,
      elbowL: 0.2,
      elbowR: 0.2,
    }),
  }[kind]
  const stays = random.chance(0.5)
  const busy = busyHands(
    alive((_) => low, random, 0.8),
    random,
  )
  if (stays) return actor(random.chance(0.5) ? busy : (tS) => mirrored(busy(tS)), { hold: 0.8 })
  const stands = pose(drawArms(random))
  return actor(downAndUp({ stands, low, random, restS: random.range(0.5, 2) }), { hold: 1 })
}

function downAndUp(options: { stands: BodyPose; low: BodyPose; random: Random; restS: number }): Motion {
  const { stands, low, random, restS } = options
  const downS = random.range(0.45, 1.3)
  const atS = random.range(-1.2, 0.6)
  const keys: KeyPose[] = [
    { atS, pose: stands },
    { atS: atS + downS, pose: low },
    { atS: atS + downS + restS, pose: plus(low, { bend: random.range(-0.1, 0.1) }) },
    { atS: atS + 2 * downS + restS, pose: stands },
  ]
  const motion = through(keys)
  return alive(random.chance(0.5) ? motion : (tS) => mirrored(motion(tS)), random, 0.4)
}

/** Somebody on the ground or a bed: on the back, the face or a side, limbs anyhow. */
export function lyingPose(random: Random): BodyPose {
  const spin = random.pick([0, Math.PI, half, -half, random.range(-Math.PI, Math.PI)])
  const limb = (low: number, high: number) => (random.chance(0.4) ? low : random.range(low, high))
  const curl = random.chance(0.35) ? random.range(0.3, 1.3) : 0
  return pose({
    pitch: -half + random.range(-0.1, 0.15),
    roll: random.range(-0.1, 0.1),
    spin,
    bend: 0.3 * curl,
    hipL: limb(0, 0.9) + curl,
    hipR: limb(0, 0.9) + curl,
    kneeL: limb(0.05, 1.6) + curl,
    kneeR: limb(0.05, 1.6) + curl,
    spreadL: limb(0.05, 0.5),
    spreadR: limb(0.05, 0.5),
    legTurnL: limb(0, 0.8),
    legTurnR: limb(0, 0.8),
    shoulderL: limb(0, 1.6),
    shoulderR: limb(0, 1.6),
    liftL: limb(0.1, 2.2),
    liftR: limb(0.1, 2.2),
    elbowL: limb(0.1, 1.9),
    elbowR: limb(0.1, 1.9),
    nod: random.range(-0.4, 0.5),
    turn: random.range(-0.8, 0.8),
  })
}

/** Lying, on the ground or higher; lying down with care, turning over and sitting up too. */
export function lying(random: Random): Actor {
  const down = lyingPose(random)
  const surfaceM = random.chance(0.5) ? random.range(0.3, 0.7) : 0
  const still = alive((_) => down, random, random.range(0, 1.2))
  if (random.chance(0.6)) return actor(still, { surfaceM })
  if (random.chance(0.4)) {
    const over = lyingPose(random)
    const atS = random.range(0, 1)
    const turns = through([
      { atS, pose: down },
      { atS: atS + random.range(0.8, 2), pose: over },
    ])
    return actor(turns, { surfaceM })
  }
  // Sits on the edge first, then lies down: two seconds and more, carried by the arms.
  const edge = seated(random)
  const atS = random.range(-1.8, -0.2)
  const lastsS = random.range(1.3, 3)
  const way = [
    { atS, pose: edge },
    { atS: atS + lastsS, pose: down },
  ]
  return actor(alive(through(way), random, 0.3), { surfaceM, hold: 0.2 })
}

/** Up from the ground: rolled over, on hands and knees, up on one leg. */
export function rising(random: Random): Actor {
  const down = lyingPose(random)
  const kneels = pose({
    pitch: random.range(0.3, 1.2),
    hipL: 1.5,
    hipR: random.range(0.3, 1.4),
    kneeL: 1.6,
    kneeR: 1.6,
    shoulderL: 1.1,
    shoulderR: 0.9,
    elbowL: 0.3,
    elbowR: 0.3,
    nod: -0.2,
  })
  const atS = random.range(-1.4, 0.5)
  const [first, second] = [random.range(0.8, 1.6), random.range(0.8, 1.6)]
  const motion = through([
    { atS, pose: down },
    { atS: atS + first, pose: kneels },
    { atS: atS + first + second, pose: pose(drawArms(random), upright) },
  ])
  return actor(motion, { hold: 0.3 })
}
