import { describe, expect, it } from 'vitest'
import { presets } from '../../../src/behaviour/presets.ts'
import { type Actor, type Scene, square, standing, started, walking } from './staging.ts'

const zones = [square]
const lines = [{ name: 'fence', from: [0.5, 0], to: [0.5, 1], left: 'street', right: 'yard' }]
const rule = (preset: string, parameters: Record<string, unknown> = {}) => ({
  zones,
  lines,
  rules: [{ name: 'rule', preset, with: parameters }],
})
const one = (label: string, id: string | null = null, score = 0.9) => [{ trackId: id, label, score }]

/** Stands, then lies from `at` on, perhaps stands again. */
const falls = (at: number, upAgain = Number.POSITIVE_INFINITY): Actor => ({
  id: 'a',
  at: (s) => ({ x: 0.5, y: 0.5, lying: s >= at && s < upAgain }),
})
const bag = (from: number, x = 0.5): Actor => ({
  id: 'bag',
  label: 'backpack',
  at: (s) => (s >= from ? { x, y: 0.5, box: [30, 30] } : undefined),
})
const leaver = (speed: number): Actor => ({
  id: 'owner',
  at: (s) => ({ x: 0.5 + Math.min(0.45, Math.max(0, s - 3) * speed), y: 0.5 }),
})

interface Case {
  readonly title: string
  readonly config: unknown
  readonly scene: Scene
  /** Track ids of every finding that is told. */
  readonly found: readonly (readonly string[])[]
}
const found = (config: unknown, title: string, scene: Scene, ids: readonly string[] = ['a']): Case => ({
  title,
  config,
  scene,
  found: [ids],
})
const none = (config: unknown, title: string, scene: Scene): Case => ({ title, config, scene, found: [] })

/** What is heard for so long, other than what is heard faintly, of somebody, or not at all. */
function heard(preset: string, label: string, seconds: number): readonly Case[] {
  const scene = (score: number, lasts = seconds, id: string | null = null): Scene => ({
    seconds: 15,
    actions: (s) => (s > 3 && s <= 3.3 + lasts ? one(label, id, score) : []),
  })
  return [
    found(rule(preset), 'loud enough and long enough, in an empty picture', scene(0.9), []),
    none(rule(preset), 'faint', scene(0.4)),
    ...(seconds > 1 ? [none(rule(preset), 'for a moment', scene(0.9, 0))] : []),
  ]
}

const cases: Record<keyof typeof presets, readonly Case[]> = {
  intrusion: [
    found(rule('intrusion', { zone: 'gate' }), 'walks through', {
      seconds: 10,
      actors: [walking('a', [0.2, 0.5], [0.06, 0])],
    }),
    none(rule('intrusion', { zone: 'gate' }), 'walks by, the head in the zone and the feet outside', {
      seconds: 10,
      actors: [walking('a', [0.2, 0.63], [0.06, 0])],
    }),
    none(rule('intrusion', { zone: 'gate' }), 'a dog', {
      seconds: 10,
      actors: [{ ...standing('a', 0.5, 0.5), label: 'dog' }],
    }),
  ],
  loitering: [
    found(rule('loitering', { zone: 'gate' }), 'stays 40 s, with two steps outside', {
      seconds: 40,
      actors: [{ id: 'a', at: (s) => ({ x: s > 15 && s < 17 ? 0.7 : 0.5, y: 0.5 }) }],
    }),
    none(rule('loitering', { zone: 'gate' }), 'stays 20 s, goes away for 10 s, stays 20 s', {
      seconds: 60,
      actors: [{ id: 'a', at: (s) => ({ x: (s > 20 && s < 30) || s > 50 ? 0.8 : 0.5, y: 0.5 }) }],
    }),
  ],
  'line-crossing': [
    found(rule('line-crossing', { line: 'fence', to: 'yard' }), 'crosses into the yard', {
      seconds: 6,
      actors: [walking('a', [0.8, 0.5], [-0.1, 0])],
    }),
    none(rule('line-crossing', { line: 'fence', to: 'yard' }), 'crosses out of the yard', {
      seconds: 6,
      actors: [walking('a', [0.2, 0.5], [0.1, 0])],
    }),
    none(rule('line-crossing', { line: 'fence' }), 'comes up to the line and turns', {
      seconds: 8,
      actors: [{ id: 'a', at: (s) => ({ x: 0.495 - Math.abs(s - 4) * 0.1, y: 0.5 }) }],
    }),
    found(rule('line-crossing', { line: 'fence' }), 'crosses while hidden', {
      seconds: 6,
      actors: [
        { id: 'a', at: (s) => ({ x: 0.2 + s * 0.1, y: 0.5, ...(s > 2.5 && s < 3.6 ? { lost: true } : {}) }) },
      ],
    }),
  ],
  crowding: [
    found(
      rule('crowding', { zone: 'gate' }),
      'five for 12 s',
      { seconds: 12, actors: [1, 2, 3, 4, 5].map((n) => standing(`p${n}`, 0.4 + n * 0.03, 0.5)) },
      ['p1', 'p2', 'p3', 'p4', 'p5'],
    ),
    none(rule('crowding', { zone: 'gate' }), 'four in it and one beside', {
      seconds: 30,
      actors: [1, 2, 3, 4, 8].map((n) => standing(`p${n}`, 0.4 + n * 0.03, 0.5)),
    }),
    none(rule('crowding', { zone: 'gate' }), 'five for 7 s', {
      seconds: 30,
      actors: [1, 2, 3, 4, 5].map((n) => standing(`p${n}`, 0.4 + n * 0.03, 0.5, [0, n === 5 ? 7 : 30])),
    }),
  ],
  running: [
    found(rule('running'), 'two body heights a second', {
      seconds: 4,
      actors: [walking('a', [0.1, 0.5], [0.2, 0])],
    }),
    none(rule('running'), 'walks fast', { seconds: 7, actors: [walking('a', [0.1, 0.5], [0.12, 0])] }),
    none(rule('running'), 'hops for half a second', {
      seconds: 7,
      actors: [{ id: 'a', at: (s) => ({ x: 0.3 + Math.min(0.1, Math.max(0, s - 2) * 0.2), y: 0.5 }) }],
    }),
  ],
  falling: [
    found(rule('falling'), 'falls and lies', { seconds: 20, actors: [falls(5)] }),
    none(rule('falling'), 'falls and gets up after 5 s', { seconds: 30, actors: [falls(5, 10)] }),
    none(rule('falling'), 'lies from the beginning', { seconds: 30, actors: [falls(0)] }),
    none(rule('falling'), 'lies down slowly, crouching in between', {
      seconds: 40,
      actors: [
        {
          id: 'a',
          at: (s) => ({
            x: 0.5,
            y: 0.5,
            ...(s > 5 && s < 10 ? { box: [60, 65] as const } : { lying: s >= 10 }),
          }),
        },
      ],
    }),
    found(rule('falling'), 'falls by the action score and is lost by the detector', {
      seconds: 20,
      actors: [{ id: 'a', at: (s) => ({ x: 0.5, y: 0.5, ...(s > 5 ? { lost: true } : {}) }) }],
      actions: (s) => (s > 4.5 && s < 5.5 ? one('fall', 'a') : []),
    }),
    found(
      rule('falling', { lying: 'lying' }),
      'falls toward the camera, upright in its box, lying by the score',
      {
        seconds: 20,
        actors: [standing('a', 0.5, 0.5)],
        actions: (s) => (s > 4.5 && s < 5.5 ? one('fall', 'a') : s > 5 ? one('lying', 'a') : []),
      },
    ),
    none(rule('falling', { lying: 'lying' }), 'falls toward the camera and gets up', {
      seconds: 20,
      actors: [standing('a', 0.5, 0.5)],
      actions: (s) => (s > 4.5 && s < 5.5 ? one('fall', 'a') : one('lying', 'a', s > 5 && s < 9 ? 0.9 : 0.1)),
    }),
    found(rule('falling'), 'lies and even its track is dropped', {
      seconds: 20,
      actors: [{ id: 'a', at: (s) => (s > 7 ? undefined : { x: 0.5, y: 0.5, lying: s > 5 }) }],
    }),
    none(rule('falling'), 'falls, is dropped by the tracker and gets up under a new id', {
      seconds: 40,
      actors: [
        { id: 'a', at: (s) => (s > 7 ? undefined : { x: 0.5, y: 0.5, lying: s > 5 }) },
        { id: 'b', at: (s) => (s < 11 ? undefined : { x: 0.5 + (s - 11) * 0.01, y: 0.5 }) },
      ],
    }),
    none(rule('falling'), 'stumbles by the score and walks on', {
      seconds: 20,
      actors: [walking('a', [0.1, 0.5], [0.04, 0])],
      actions: (s) => (s > 4.5 && s < 5.5 ? one('fall', 'a') : []),
    }),
    none(rule('falling'), 'leaves the picture after a false score', {
      seconds: 20,
      actors: [{ id: 'a', at: (s) => ({ x: 0.5 + s * 0.1, y: 0.5, ...(s > 4.8 ? { lost: true } : {}) }) }],
      actions: (s) => (s > 4 && s < 5 ? one('fall', 'a') : []),
    }),
  ],
  fallen: [
    found(rule('fallen'), 'lies without being seen to fall', {
      seconds: 20,
      actors: [standing('a', 0.5, 0.5)],
      actions: (s) => one('lying', 'a', Math.round(s * 8) % 4 === 0 ? 0.4 : 0.9),
    }),
    none(rule('fallen'), 'lies for ten seconds and gets up', {
      seconds: 30,
      actors: [standing('a', 0.5, 0.5)],
      actions: (s) => one('lying', 'a', s > 5 && s < 15 ? 0.9 : 0.1),
    }),
    none(rule('fallen', { zone: 'gate' }), 'lies beside the zone', {
      seconds: 40,
      actors: [standing('a', 0.8, 0.9)],
      actions: () => one('lying', 'a'),
    }),
    none(rule('fallen'), 'lies by the score of the whole scene', {
      seconds: 40,
      actors: [standing('a', 0.5, 0.5)],
      actions: () => one('lying'),
    }),
  ],
  help: [
    found(rule('help'), 'waves', {
      seconds: 6,
      actors: [standing('a', 0.5, 0.5)],
      actions: (s) => (s > 1 ? one('waving', 'a') : []),
    }),
    found(rule('help'), 'holds up both hands', {
      seconds: 6,
      actors: [standing('a', 0.5, 0.5)],
      actions: (s) => (s > 1 ? one('hands-up', 'a') : []),
    }),
    none(rule('help'), 'greets for a moment', {
      seconds: 10,
      actors: [standing('a', 0.5, 0.5)],
      actions: (s) => one('waving', 'a', s > 3 && s < 4 ? 0.9 : 0.1),
    }),
  ],
  fighting: [
    found(
      rule('fighting'),
      'two near each other',
      {
        seconds: 5,
        actors: [standing('a', 0.5, 0.5), standing('b', 0.56, 0.5)],
        actions: (s) => (s > 1 ? one('fight', 'a') : []),
      },
      ['a', 'b'],
    ),
    none(rule('fighting'), 'two far from each other', {
      seconds: 5,
      actors: [standing('a', 0.3, 0.5), standing('b', 0.56, 0.5)],
      actions: (s) => (s > 1 ? one('fight') : []),
    }),
    none(rule('fighting'), 'two who talk', {
      seconds: 5,
      actors: [standing('a', 0.5, 0.5), standing('b', 0.56, 0.5)],
      actions: () => one('fight', 'a', 0.5),
    }),
  ],
  'wrong-direction': [
    found(rule('wrong-direction', { allowed: 'right' }), 'walks left', {
      seconds: 5,
      actors: [walking('a', [0.8, 0.5], [-0.08, 0.03])],
    }),
    none(rule('wrong-direction', { allowed: 'right' }), 'walks right', {
      seconds: 5,
      actors: [walking('a', [0.2, 0.5], [0.08, 0.03])],
    }),
    none(rule('wrong-direction', { allowed: 'right' }), 'crosses the lane', {
      seconds: 5,
      actors: [walking('a', [0.5, 0.2], [-0.01, 0.1])],
    }),
  ],
  immobile: [
    found(rule('immobile'), 'stands for over two minutes, jittering', {
      seconds: 125,
      actors: [{ id: 'a', at: (s) => ({ x: 0.5 + 0.01 * Math.sin(s * 9), y: 0.5 }) }],
    }),
    none(rule('immobile'), 'makes a step every minute', {
      seconds: 200,
      actors: [{ id: 'a', at: (s) => ({ x: 0.3 + 0.1 * Math.floor(s / 60), y: 0.5 }) }],
    }),
  ],
  'left-alone': [
    found(rule('left-alone', { label: 'child' }), 'the others went', {
      seconds: 90,
      actors: [{ ...standing('a', 0.2, 0.5), label: 'child' }, standing('b', 0.3, 0.5, [0, 20])],
    }),
    none(rule('left-alone', { label: 'child' }), 'somebody stays near', {
      seconds: 90,
      actors: [{ ...standing('a', 0.2, 0.5), label: 'child' }, standing('b', 0.5, 0.5)],
    }),
  ],
  'abandoned-object': [
    found(
      rule('abandoned-object'),
      'its owner puts it down and goes, others are near',
      { seconds: 60, actors: [leaver(0.1), bag(2), standing('other', 0.6, 0.5, [10, 60])] },
      ['bag', 'owner'],
    ),
    none(rule('abandoned-object'), 'its owner stays', {
      seconds: 60,
      actors: [standing('owner', 0.52, 0.5), bag(2)],
    }),
    none(rule('abandoned-object'), 'its owner comes back', {
      seconds: 60,
      actors: [{ id: 'owner', at: (s) => ({ x: s > 10 && s < 25 ? 0.9 : 0.5, y: 0.5 }) }, bag(2)],
    }),
    none(rule('abandoned-object'), 'it is carried', {
      seconds: 60,
      actors: [
        walking('owner', [0.1, 0.5], [0.013, 0]),
        { id: 'bag', label: 'backpack', at: (s) => ({ x: 0.1 + 0.013 * s, y: 0.45, box: [30, 30] }) },
      ],
    }),
  ],
  anomaly: [
    found(rule('anomaly'), 'high for 4 s', { seconds: 10, anomaly: (s) => (s > 3 && s < 7 ? 0.9 : 0.1) }, []),
    none(rule('anomaly'), 'high for a moment', { seconds: 10, anomaly: (s) => (s > 3 && s < 4 ? 0.9 : 0.1) }),
    none(rule('anomaly'), 'middling all the time', { seconds: 10, anomaly: () => 0.7 }),
  ],
  scream: heard('scream', 'scream', 1),
  'glass-break': heard('glass-break', 'glass', 0),
  gunshot: heard('gunshot', 'gunshot', 0),
  'smoke-alarm': heard('smoke-alarm', 'smoke-alarm', 4),
  crying: heard('crying', 'crying', 4),
}

describe.each(Object.entries(cases))('preset %s', (_, list) => {
  it.each(list.map((one) => [one.found.length > 0 ? 'finds' : 'does not find', one.title, one] as const))(
    '%s: %s',
    (_verb, _title, { config, scene, found }) => {
      expect(started(config, scene).map((finding) => finding.trackIds)).toEqual(found)
    },
  )
})

describe('every preset', () => {
  it('has a case that it finds and one that it does not', () => {
    for (const name of Object.keys(presets) as (keyof typeof presets)[]) {
      expect(cases[name].some((one) => one.found.length > 0)).toBe(true)
      expect(cases[name].some((one) => one.found.length === 0)).toBe(true)
    }
  })

  it('is silent over an empty scene', () => {
    const rules = Object.entries(cases).map(([name, [first]]) => {
      const { rules } = first!.config as { rules: object[] }
      return { ...rules[0], name }
    })
    expect(started({ zones, lines, rules }, { seconds: 200 })).toEqual([])
  })
})
