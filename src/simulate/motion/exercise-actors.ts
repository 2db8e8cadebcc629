import type { Random } from '../../core/random.ts'
import { type Actor, actor, onward, swing } from './actor.ts'
import { blend, plus, pose, upright } from './body-pose.ts'
import { drawArms, gait } from './upright-actors.ts'

const twoPi = 2 * Math.PI

/** Sport, play and dance: what moves much, and is no alarm. */
export function exercise(random: Random): Actor {
  const [hz, phase] = [random.range(0.7, 2), random.range(0, twoPi)]
  const up = (tS: number) => 0.5 - 0.5 * Math.cos(twoPi * hz * tS + phase)
  const hop = (tS: number) => Math.abs(Math.sin(Math.PI * hz * tS + phase / 2))
  const size = random.range(0.6, 1.1)
  const kind = random.pick([
    ...[
      'jack',
      'jack',
      'jump',
      'jump',
      'hops',
      'side',
      'skip',
      'squat',
      'circles',
      'dance',
      'stretch',
      'knees',
    ],
  ] as const)
  const path = (speed: number, aside = 0) => onward(speed, 0, aside)
  switch (kind) {
    case 'jack':
      return actor(
        (tS) => {
          const s = up(tS) * size
          return pose({
            liftL: 0.2 + 2.6 * s,
            liftR: 0.2 + 2.6 * s,
            spreadL: 0.05 + 0.4 * s,
            spreadR: 0.05 + 0.4 * s,
            elbowL: 0.15,
            elbowR: 0.15,
            riseM: 0.1 * hop(2 * tS),
          })
        },
        { hold: 0 },
      )
    case 'jump': // on the spot, or ahead on both legs
    case 'hops': {
      const speed = kind === 'hops' ? random.range(0.4, 1.8) : random.chance(0.4) ? random.range(0.2, 1.4) : 0
      const arms = random.range(0, 0.9)
      const oneLeg = kind === 'hops' && random.chance(0.5)
      return actor(
        (tS) => {
          const [air, low] = [hop(tS), 1 - hop(tS)]
          const legs = {
            hipL: 0.5 * low * size,
            hipR: 0.5 * low * size,
            kneeL: 0.9 * low * size,
            kneeR: 0.9 * low * size,
          }
          const lifted = oneLeg ? { hipL: 0.3, kneeL: 1.4 } : {}
          return pose({
            ...legs,
            ...lifted,
            bend: 0.1 + 0.25 * low,
            riseM: 0.25 * size * air,
            shoulderL: arms * (air - 0.3),
            shoulderR: arms * (air - 0.3),
            elbowL: 0.6,
            elbowR: 0.6,
          })
        },
        { path: path(speed) },
      )
    }
    case 'side': // galloping sideways
      return actor(
        (tS) => {
          const s = up(tS)
          return pose({
            spreadL: 0.05 + 0.35 * s,
            spreadR: 0.05 + 0.35 * s,
            kneeL: 0.3,
            kneeR: 0.3,
            hipL: 0.15,
            hipR: 0.15,
            riseM: 0.06 * hop(tS),
            liftL: 0.25,
            liftR: 0.25,
          })
        },
        { path: path(random.range(0.8, 2), random.pick([-1, 1]) * (Math.PI / 2)) },
      )
    case 'skip': {
      const speed = random.range(0.8, 2.4)
      return actor(
        (tS) => {
          const step = gait(tS, phase, {
            hz: hz * 0.6,
            hip: 0.6 * size,
            knee: 1.4,
            arm: 0.7,
            elbow: 0.6,
            bend: 0.08,
            riseM: 0.02,
          })
          return plus(step, { riseM: 0.14 * hop(tS) })
        },
        { path: path(speed) },
      )
    }
    case 'squat':
      return actor(
        (tS) => {
          const s = up(tS * 0.6) * size
          return pose({
            hipL: 1.6 * s,
            hipR: 1.6 * s,
            kneeL: 1.9 * s,
            kneeR: 1.9 * s,
            bend: 0.1 + 0.4 * s,
            shoulderL: 1.4 * s,
            shoulderR: 1.4 * s,
            elbowL: 0.2,
            elbowR: 0.2,
            spreadL: 0.2,
            spreadR: 0.2,
          })
        },
        { hold: 1 },
      )
    case 'circles':
      return actor(
        (tS) => {
          const turn = twoPi * hz * 0.6 * tS + phase
          return pose({
            shoulderL: turn,
            shoulderR: turn + (size > 0.85 ? Math.PI : 0),
            elbowL: 0.1,
            elbowR: 0.1,
          })
        },
        { hold: 1 },
      )
    case 'knees': // running on the spot
      return actor((tS) =>
        gait(tS, phase, {
          hz: hz * 0.8,
          hip: 0.7 * size,
          knee: 1.6,
          arm: 0.6,
          elbow: 1.4,
          bend: 0.05,
          riseM: 0.05,
        }),
      )
    case 'stretch': {
      const far = pose({
        liftL: random.range(0.5, 3),
        liftR: random.range(0.5, 3),
        side: random.range(-0.6, 0.6),
        spreadL: random.range(0.1, 0.6),
        spreadR: random.range(0.1, 0.6),
        twist: random.range(-0.8, 0.8),
      })
      return actor((tS) => blend(upright, far, up(tS * 0.5)), { hold: 1 })
    }
    case 'dance': {
      const waves = Array.from({ length: 8 }, () => [random.range(0.6, 2), random.range(0, twoPi)] as const)
      const base = pose(drawArms(random))
      return actor(
        (tS) => {
          const at = (n: number) => size * swing(tS, waves[n]![0], waves[n]![1])
          return plus(base, {
            side: 0.2 * at(0),
            twist: 0.4 * at(1),
            liftL: 0.6 + 0.6 * at(2),
            liftR: 0.6 + 0.6 * at(3),
            elbowL: 0.5 + 0.5 * at(4),
            elbowR: 0.5 + 0.5 * at(5),
            hipL: 0.3 * at(6),
            kneeL: 0.4 + 0.4 * at(6),
            kneeR: 0.4 + 0.4 * at(7),
            hipR: 0.3 * at(7),
          })
        },
        { path: onward(random.range(0, 0.4), random.range(-1, 1), random.range(0, twoPi)) },
      )
    }
  }
}
