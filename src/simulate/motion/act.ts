import type { Random } from '../../core/random.ts'
import { type Actor, ease } from './actor.ts'
import { blend } from './body-pose.ts'
import { exercise } from './exercise-actors.ts'
import { falling } from './falling-actors.ts'
import { fighting, pushed, pushing } from './forceful-actors.ts'
import { friendly } from './friendly-actors.ts'
import { bending, crouching, lying, rising, sitting } from './low-actors.ts'
import type { SkeletonLabel } from './skeleton-labels.ts'
import { climbing, kicking, throwing } from './solo-actors.ts'
import { handsUp, running, standing, walking, waving } from './upright-actors.ts'

/** Somebody, who is near them, and what of the labels is true. */
export interface Act {
  readonly subject: Actor
  readonly other: { readonly actor: Actor; readonly distanceM: number; readonly facing: boolean } | null
  /** Shares of the labels; they sum to 1. */
  readonly truth: Partial<Record<SkeletonLabel, number>>
}

const alone: Record<Exclude<SkeletonLabel, 'falling' | 'fighting' | 'pushing'>, (random: Random) => Actor> = {
  standing,
  walking,
  running,
  sitting,
  bending,
  crouching,
  lying,
  waving,
  'hands-up': handsUp,
  kicking,
  throwing,
  climbing,
  exercise,
}

/** What goes over into each other without an alarm. */
const flows: readonly (readonly [keyof typeof alone, keyof typeof alone])[] = [
  ...([
    ['standing', 'walking'],
    ['walking', 'standing'],
    ['walking', 'running'],
    ['running', 'walking'],
  ] as const),
  ...([
    ['standing', 'waving'],
    ['waving', 'standing'],
    ['walking', 'bending'],
    ['walking', 'crouching'],
  ] as const),
  ...([
    ['running', 'standing'],
    ['standing', 'exercise'],
    ['walking', 'exercise'],
    ['standing', 'hands-up'],
  ] as const),
]

/** @param windowS length of the window; it begins at 0. */
export function drawAct(label: SkeletonLabel, random: Random, windowS: number): Act {
  if (label === 'fighting') return drawFight(random)
  if (label === 'pushing') return drawPush(random)
  if (label === 'falling') {
    // The blow lies in the window, and so far from its end that a glance can tell.
    const atS = random.range(-0.5, windowS - 0.55)
    const { actor, hitsS } = falling(random, atS)
    // A fall that was over when the window began is somebody who lies.
    const seen = Math.max(0, Math.min(1, hitsS / 0.35))
    return { subject: actor, other: beside(random), truth: { falling: seen, lying: 1 - seen } }
  }
  if (label === 'lying' && random.chance(0.15))
    return { subject: rising(random), other: null, truth: { lying: 0.5, crouching: 0.5 } }
  const flow = random.chance(0.2) ? flows.filter(([, to]) => to === label) : []
  if (flow.length > 0) return drawFlow(random.pick(flow), random, windowS)
  return { subject: alone[label](random), other: beside(random), truth: { [label]: 1 } }
}

function drawFlow([from, to]: (typeof flows)[number], random: Random, windowS: number): Act {
  const [before, after] = [alone[from](random), alone[to](random)]
  const atS = random.range(0.1, 0.8) * windowS
  const lastsS = random.range(0.25, 0.6)
  const share = (tS: number) => ease((tS - atS) / lastsS)
  const truth = Math.max(0, Math.min(1, 1 - (atS + lastsS / 2) / windowS))
  return {
    subject: {
      pose: (tS) => blend(before.pose(tS), after.pose(tS), share(tS)),
      path(tS) {
        if (tS <= atS) return before.path(tS)
        const [start, a, b] = [before.path(atS), after.path(atS), after.path(tS)]
        return {
          xM: start.xM + b.xM - a.xM,
          zM: start.zM + b.zM - a.zM,
          headingRad: start.headingRad + b.headingRad - a.headingRad,
        }
      },
      surfaceM: 0,
      hold: after.hold,
    },
    other: beside(random),
    truth: { [from]: 1 - truth, [to]: truth },
  }
}

function drawFight(random: Random): Act {
  const other = random.chance(0.12) ? pushed(random) : fighting(random)
  // A pose model often finds only one of two who hold on to each other.
  const seen = !random.chance(0.22)
  return {
    subject: fighting(random),
    other: seen ? { actor: other, distanceM: random.range(0.3, 1.1), facing: !random.chance(0.15) } : null,
    truth: { fighting: 1 },
  }
}

function drawPush(random: Random): Act {
  const atS = random.range(0.3, 1.5)
  const [push, reel] = [pushing(random), pushed(random, atS)]
  const [subject, actor] = random.chance(0.5) ? [push, reel] : [reel, push]
  return { subject, other: { actor, distanceM: random.range(0.5, 1), facing: true }, truth: { pushing: 1 } }
}

/** Often nobody; else somebody who does them no harm. */
function beside(random: Random): Act['other'] {
  if (random.chance(0.6)) return null
  if (random.chance(0.35)) return { actor: friendly(random), distanceM: random.range(0.3, 1), facing: true }
  const other = random.pick([standing, walking, sitting, standing, exercise])(random)
  return { actor: other, distanceM: random.range(0.5, 3), facing: random.chance(0.4) }
}

/** Embraces and shaken hands: two who are as near as fighters. */
export function drawFriends(random: Random): Act {
  return {
    subject: friendly(random),
    other: { actor: friendly(random), distanceM: random.range(0.3, 0.8), facing: true },
    truth: { standing: 1 },
  }
}
