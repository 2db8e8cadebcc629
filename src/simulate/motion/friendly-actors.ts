import type { Random } from '../../core/random.ts'
import { type Actor, actor, alive, type Motion, swing, through } from './actor.ts'
import { type PoseChange, plus, pose } from './body-pose.ts'
import { drawArms, standing } from './upright-actors.ts'

/** Two who do each other no harm, near enough to be taken for fighters: an embrace, shaken hands, a dance, talk. */
export function friendly(random: Random): Actor {
  const kind = random.pick(['embrace', 'hands', 'talk', 'talk', 'support'] as const)
  if (kind === 'talk') return standing(random)
  const far: PoseChange = {
    embrace: {
      shoulderL: random.range(0.9, 1.5),
      shoulderR: random.range(0.9, 1.5),
      elbowL: 0.9,
      elbowR: 1.1,
      bend: random.range(0.05, 0.3),
      liftL: 0.4,
      liftR: 0.3,
      armTurnL: -0.7,
      armTurnR: -0.7,
    },
    hands: { shoulderR: random.range(0.7, 1.1), elbowR: random.range(0.3, 0.8), bend: random.range(0, 0.25) },
    support: { liftR: random.range(0.5, 1.1), shoulderR: 0.4, elbowR: 0.7, side: 0.1 },
  }[kind]
  const rest = pose(drawArms(random))
  const atS = random.range(-1, 1)
  const [shakeHz, shake] = [
    random.range(1, 2.5),
    kind === 'hands' ? random.range(0.1, 0.3) : random.range(0, 0.08),
  ]
  const motion = through([
    { atS, pose: rest },
    { atS: atS + random.range(0.5, 1), pose: pose(far, rest) },
    { atS: atS + random.range(1.5, 3), pose: pose(far, rest) },
  ])
  const beat: Motion = (tS) => plus(motion(tS), { shoulderR: shake * swing(tS, shakeHz, 0) })
  return actor(alive(beat, random, 0.6), { hold: 1 })
}
