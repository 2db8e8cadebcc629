import type { Random } from '../../../src/core/random.ts'
import type { GroundPoint } from '../../../src/simulate/script.ts'
import { type Actor, createActor, edge, entersS } from './actors.ts'

/** One scene of a behaviour: who acts, and when the behaviour is there. */
export interface Staging {
  readonly actors: readonly Actor[]
  /** When it can be found: from here on within `graceS`. Null: a scene in which it must not be found. */
  readonly fromS: number | null
  /** An object that somebody leaves behind. */
  readonly object?: { readonly at: GroundPoint; readonly startS: number; readonly endS: number }
  /** Stretches in which the scene as a whole is unusual. */
  readonly unusual?: readonly (readonly [startS: number, endS: number])[]
}

export interface StagedBehaviour {
  readonly rule: Readonly<Record<string, unknown>>
  /** How late it may be found, seconds after it is there. */
  readonly graceS: number
  stage(random: Random, present: boolean): Staging
}

/** Zones on the ground, metres: corners from the left near one on. */
export const groundZones = {
  small: square({ xM: 0, zM: 7 }, 1.6, 1.3),
  wide: square({ xM: 0, zM: 7 }, 3, 1.8),
}
export const groundLine = { from: { xM: 0, zM: 4 }, to: { xM: 0, zM: 11 } }

function square({ xM, zM }: GroundPoint, halfWidth: number, halfDepth: number): GroundPoint[] {
  return [
    { xM: xM - halfWidth, zM: zM - halfDepth },
    { xM: xM + halfWidth, zM: zM - halfDepth },
    { xM: xM + halfWidth, zM: zM + halfDepth },
    { xM: xM - halfWidth, zM: zM + halfDepth },
  ]
}

const around = (random: Random, { xM, zM }: GroundPoint, reach: number): GroundPoint => ({
  xM: xM + random.range(-reach, reach),
  zM: zM + random.range(-reach, reach),
})
const middle: GroundPoint = { xM: 0, zM: 7 }
const side = (random: Random) => (random.chance(0.5) ? 1 : -1)
const come = (random: Random, zM = random.range(5.5, 8.5), from = side(random)) =>
  createActor(random.range(1, 5), edge(from, zM), random)
/** A depth clearly in front of the zones or behind them. */
const beside = (random: Random) => (random.chance(0.5) ? random.range(4.1, 4.5) : random.range(9.8, 10.8))
/** What immobile people stay within on the ground, metres: 0.3 lengths of the tallest body. */
const spotM = 0.6
/** A spot around the middle that is off the spot where somebody stands: a shuffle of the feet is no walk. */
const elsewhere = (random: Random, from: GroundPoint, reach: number): GroundPoint => {
  const to = around(random, middle, reach)
  return Math.hypot(to.xM - from.xM, to.zM - from.zM) > spotM ? to : elsewhere(random, from, reach)
}
/** Ways through the picture until a time. */
const strollUntil = (actor: Actor, random: Random, untilS: number) => {
  while (actor.now() < untilS)
    actor.walk(around(random, middle, 1), random.range(0.4, 0.7)).stay('standing', random.range(1, 3))
}

export const stagedBehaviours: Readonly<Record<string, StagedBehaviour>> = {
  intrusion: {
    rule: { preset: 'intrusion', with: { zone: 'small', for: '1s' } },
    graceS: 4,
    stage(random, present) {
      if (!present) {
        const zM = beside(random)
        const from = side(random)
        const actor = come(random, zM, from).walk({ xM: random.range(-1, 1), zM })
        return { actors: [actor.stay('standing', random.range(1, 6)).walk(edge(-from, zM))], fromS: null }
      }
      const actor = come(random).walk(around(random, middle, 0.5))
      actor.stay('standing', random.range(4, 9)).walk(edge(side(random), 7))
      return { actors: [actor], fromS: entersS(actor, groundZones.small) + 1 }
    },
  },
  loitering: {
    rule: { preset: 'loitering', with: { zone: 'wide', for: '20s' } },
    graceS: 6,
    stage(random, present) {
      const actor = come(random).walk(around(random, middle, 0.6))
      const arrivedS = actor.now()
      strollUntil(actor, random, arrivedS + (present ? 30 : random.range(3, 10)))
      actor.walk(edge(side(random), 7))
      return { actors: [actor], fromS: present ? entersS(actor, groundZones.wide) + 20 : null }
    },
  },
  'line-crossing': {
    rule: { preset: 'line-crossing', with: { line: 'fence', to: 'right' } },
    graceS: 3,
    stage(random, present) {
      const from = present ? -1 : 1
      const zM = random.range(5.2, 9)
      const actor = come(random, zM, from)
      const fromS = actor.now() + Math.abs(actor.here().xM) / 1.3
      return {
        actors: [actor.walk({ xM: 0, zM }, 1.3).walk(edge(-from, zM), 1.3)],
        fromS: present ? fromS - 1 : null,
      }
    },
  },
  crowding: {
    rule: { preset: 'crowding', with: { zone: 'wide', atLeast: 4, for: '5s' } },
    graceS: 8,
    stage(random, present) {
      const spots = [-1.8, -0.6, 0.6, 1.8].slice(0, present ? 4 : 3)
      const actors = spots.map((xM, at) => {
        const spot = { xM: xM + random.range(-0.15, 0.15), zM: 7 + (at % 2 === 0 ? -0.6 : 0.6) }
        return come(random, spot.zM, xM < 0 ? -1 : 1).walk(spot)
      })
      const togetherS = Math.max(...actors.map((actor) => actor.now()))
      for (const actor of actors)
        actor.stay('standing', togetherS - actor.now() + random.range(14, 20)).walk(edge(side(random), 7))
      const enteredS = Math.max(...actors.map((actor) => entersS(actor, groundZones.wide)))
      return { actors, fromS: present ? enteredS + 5 : null }
    },
  },
  running: {
    rule: { preset: 'running', with: { for: '700ms' } },
    graceS: 4,
    stage(random, present) {
      const zM = random.range(5.5, 9)
      const from = side(random)
      const actor = come(random, zM, from)
      const fromS = actor.now() + 0.5
      if (present) actor.run(edge(-from, zM))
      else actor.walk(edge(-from, zM), random.range(0.9, 1.6))
      return { actors: [actor], fromS: present ? fromS : null }
    },
  },
  falling: {
    rule: { preset: 'falling', with: { action: 'falling', for: '8s' } },
    graceS: 6,
    stage(random, present) {
      const actor = come(random).walk(around(random, middle, 1))
      actor.stay('falling', random.range(0.6, 1.1))
      const fellS = actor.now()
      actor.stay('lying', present ? random.range(16, 22) : random.range(1, 3))
      actor
        .stay('rising', random.range(1.8, 3))
        .stay('standing', 2)
        .walk(edge(side(random), 7))
      return { actors: [actor], fromS: present ? fellS + 8 : null }
    },
  },
  fighting: {
    rule: { preset: 'fighting', with: { action: 'fighting' } },
    graceS: 4,
    stage(random, present) {
      const spot = around(random, middle, 0.8)
      const actors = [-1, 1].map((which) =>
        come(random, spot.zM, which)
          .walk({ xM: spot.xM + which * 0.35, zM: spot.zM })
          .face((-which * Math.PI) / 2),
      )
      const meetS = Math.max(...actors.map((actor) => actor.now()))
      for (const actor of actors) {
        actor.stay('standing', Math.max(0.1, meetS - actor.now()))
        actor.stay(present ? 'fighting' : random.chance(0.5) ? 'waving' : 'standing', random.range(6, 9))
        actor.walk(edge(side(random), 7))
      }
      return { actors, fromS: present ? meetS + 1 : null }
    },
  },
  'wrong-direction': {
    rule: { preset: 'wrong-direction', with: { allowed: 'right' } },
    graceS: 5,
    stage(random, present) {
      const from = present ? 1 : -1
      const zM = random.range(5.5, 9)
      const actor = come(random, zM, from)
      const fromS = actor.now() + 1
      actor
        .walk({ xM: random.range(-1, 1), zM })
        .stay('standing', random.range(0.5, 4))
        .walk(edge(-from, zM))
      return { actors: [actor], fromS: present ? fromS : null }
    },
  },
  immobile: {
    rule: { preset: 'immobile', with: { for: '30s' } },
    graceS: 6,
    stage(random, present) {
      const actor = come(random).walk(around(random, middle, 1))
      const arrivedS = actor.now()
      if (present) actor.stay('standing', random.range(38, 42))
      else
        while (actor.now() < 45)
          actor.stay('standing', random.range(4, 14)).walk(elsewhere(random, actor.here(), 1.5))
      return { actors: [actor.walk(edge(side(random), 7))], fromS: present ? arrivedS + 30 : null }
    },
  },
  'left-alone': {
    rule: { preset: 'left-alone', with: { for: '15s', distance: 3 } },
    graceS: 6,
    stage(random, present) {
      const spot = around(random, middle, 0.6)
      const first = come(random, spot.zM, -1).walk(spot)
      const second = createActor(first.segments[0]!.startS + 0.8, edge(-1, spot.zM + 0.7), random)
      second.walk({ xM: spot.xM + 0.8, zM: spot.zM + 0.5 })
      const togetherS = Math.max(first.now(), second.now())
      const leftS = togetherS + random.range(2, 4)
      second.stay('standing', leftS - second.now() + (present ? 0 : 26))
      const goneS = leftS + (spot.xM + 8) / 1.2
      second.walk(edge(1, spot.zM), 1.2)
      first
        .stay('standing', present ? goneS + 26 - first.now() : second.now() - 7 - first.now())
        .walk(edge(1, spot.zM), 1.2)
      return {
        actors: [first, second], // Three lengths of a body away after about four seconds.
        fromS: present ? leftS + 4 + 15 : null,
      }
    },
  },
  'abandoned-object': {
    rule: { preset: 'abandoned-object', with: { label: 'backpack', for: '15s', distance: 2 } },
    graceS: 14,
    stage(random, present) {
      const spot = around(random, middle, 0.8)
      const owner = come(random, spot.zM).walk(spot)
      const at = { xM: spot.xM + 0.4, zM: spot.zM - 0.2 }
      const startS = owner.now()
      owner.stay('standing', random.range(2, 4))
      if (present) {
        const leavesS = owner.now()
        // Two lengths of a body away after about three metres.
        owner.walk(edge(side(random), 7), 1.2)
        return { actors: [owner], fromS: leavesS + 2.8 + 15, object: { at, startS, endS: 60 } }
      }
      owner
        .walk({ xM: spot.xM + 1.5, zM: spot.zM })
        .stay('standing', random.range(8, 20))
        .walk(spot)
      const endS = owner.now()
      return { actors: [owner.walk(edge(side(random), 7))], fromS: null, object: { at, startS, endS } }
    },
  },
  anomaly: {
    rule: { preset: 'anomaly' },
    graceS: 5,
    stage(random, present) {
      const startS = random.range(10, 30)
      const actors = [come(random).walk(edge(side(random), 7))]
      return { actors, fromS: present ? startS + 2 : null, unusual: present ? [[startS, startS + 8]] : [] }
    },
  },
}
