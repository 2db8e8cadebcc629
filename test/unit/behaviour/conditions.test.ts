import { describe, expect, it } from 'vitest'
import {
  type Actor,
  behavioursOf,
  play,
  type Scene,
  square,
  stage,
  standing,
  started,
  walking,
} from './staging.ts'

const config = (when: object, more: object = {}) => ({
  zones: [square],
  rules: [{ name: 'rule', clear: '500ms', cooldown: '0s', parked: '0s', ...more, when }],
})
const spans = (found: readonly { active: boolean; ptsUs: number }[]) =>
  found.map(({ active, ptsUs }) => [active ? 'on' : 'off', ptsUs / 1e6])
const fight = (trackId: string | null, score: number) => [{ trackId, label: 'fight', score }]

describe('speed', () => {
  const small: Actor = {
    id: 'a',
    at: (s) => ({ x: 0.1 + 0.1 * s, y: 0.5, box: [20, 50] }),
  }

  it('is in lengths of the body, near and far', () => {
    const [finding] = started(config({ speed: { above: 1 } }), { seconds: 3, actors: [small] })
    expect(finding?.reasons).toMatchObject([{ condition: 'speed', value: 2, asked: 'above 1' }])
  })

  it.each([4, 8, 25])('is the same at %i frames a second', (fps) => {
    const [finding] = started(config({ speed: { above: 1 } }), { seconds: 3, fps, actors: [small] })
    expect(finding?.reasons[0]?.value).toBeCloseTo(2, 2)
  })

  it('of somebody who jitters on the spot is near 0', () => {
    const still: Actor = { id: 'a', at: (s) => ({ x: 0.5 + 0.004 * Math.sin(s * 37), y: 0.5 }) }
    expect(play(config({ speed: { above: 0.3 } }), { seconds: 30, actors: [still] })).toEqual([])
  })

  it('is not known before there is a path, and then neither above nor below', () => {
    const at = (condition: object) => play(config(condition), { seconds: 0.25, actors: [small] })
    expect(at({ speed: { above: 0 } })).toEqual([])
    expect(at({ speed: { below: 100 } })).toEqual([])
    expect(at({ not: { speed: { above: 0 } } })[0]?.explanation).toBe(
      'not (speed unknown body lengths/s, asked above 0)',
    )
  })
})

describe('thresholds', () => {
  const scores = (list: readonly number[]): Scene => ({
    seconds: list.length - 1,
    fps: 1,
    actors: [standing('a', 0.5, 0.5)],
    actions: (s) => fight('a', list[s]!),
  })

  it('hold down to two thirds of above for scores, or to until', () => {
    const list = [0.5, 0.6, 0.45, 0.41, 0.39, 0.5]
    expect(spans(play(config({ action: { label: 'fight', above: 0.6 } }), scores(list)))).toEqual([
      ['on', 1],
      ['off', 4],
    ])
    expect(spans(play(config({ action: { label: 'fight', above: 0.6, until: 0.5 } }), scores(list)))).toEqual(
      [
        ['on', 1],
        ['off', 2],
      ],
    )
  })

  it('hold up to until for below', () => {
    const turning: Actor = { id: 'a', at: (s) => ({ x: 0.5, y: 0.5, box: [[50, 70, 85, 95, 70][s]!, 100] }) }
    const scene = { seconds: 4, fps: 1, actors: [turning] }
    expect(spans(play(config({ aspect: { below: 0.6, until: 0.9 } }), scene))).toEqual([
      ['on', 0],
      ['off', 3],
    ])
  })
})

describe('action scores', () => {
  it('count while they are fresh', () => {
    const scene: Scene = {
      seconds: 8,
      actors: [standing('a', 0.5, 0.5)],
      actions: (s) => (s === 1 ? fight('a', 0.9) : []),
    }
    const when = (fresh?: string) => ({ action: { label: 'fight', above: 0.6, ...(fresh && { fresh }) } })
    expect(spans(play(config(when()), scene))).toEqual([
      ['on', 1],
      ['off', 3.5],
    ])
    expect(spans(play(config(when('4s')), scene))).toEqual([
      ['on', 1],
      ['off', 5.5],
    ])
  })

  it('of a track, of the scene, or of either', () => {
    const scene = (trackId: string | null): Scene => ({
      seconds: 1,
      actors: [standing('a', 0.4, 0.5), standing('b', 0.6, 0.5)],
      actions: () => fight(trackId, 0.9),
    })
    const ids = (of: string, trackId: string | null) =>
      started(config({ action: { label: 'fight', of, above: 0.6 } }), scene(trackId)).map(
        (one) => one.trackIds,
      )
    expect(ids('track', 'a')).toEqual([['a']])
    expect(ids('track', null)).toEqual([])
    expect(ids('scene', null)).toEqual([[]])
    expect(ids('scene', 'a')).toEqual([])
    expect(ids('either', 'a')).toEqual([['a']])
    expect(ids('either', null)).toEqual([['a', 'b']])
  })

  it('are not inherited by the next track', () => {
    const scene: Scene = {
      seconds: 2,
      actors: [standing('a', 0.2, 0.5, [0, 0.5]), standing('b', 0.8, 0.5, [0.9, 9])],
      actions: (s) => (s === 0.5 ? fight('a', 0.9) : []),
    }
    const rule = config({ action: { label: 'fight', above: 0.6 } }, { hold: '0s' })
    expect(started(rule, scene).map((one) => one.trackIds)).toEqual([['a']])
  })

  it('and dwells of the scene are forgotten by a reset', () => {
    const action = behavioursOf(config({ action: { label: 'fight', above: 0.6 } }))
    const [first] = stage({ seconds: 0, actions: () => fight(null, 0.9) })
    action.step({ ...first!, ptsUs: 1_000_000 })
    action.reset()
    expect(action.step(stage({ seconds: 0, actors: [standing('a', 0.5, 0.5)] })[0]!)).toEqual([])

    const anomaly = behavioursOf(config({ anomaly: { above: 0.6 }, for: '2s' }))
    const high = stage({ seconds: 1, anomaly: () => 0.9 })
    for (const input of high) anomaly.step(input)
    anomaly.reset()
    const later = high.map((input) => ({ ...input, ptsUs: input.ptsUs + 1_125_000 }))
    expect(later.flatMap((input) => [...anomaly.step(input)])).toEqual([])
  })
})

describe('owners', () => {
  const bag: Actor = {
    id: 'bag',
    label: 'bag',
    at: (s) => (s >= 2 ? { x: 0.5, y: 0.5, box: [30, 30] } : undefined),
  }
  const rule = config({ all: [{ label: 'bag' }, { ownerAway: { owner: 'person', distance: 3 } }], for: '5s' })

  it('are not those who only pass at some distance', () => {
    const passer = walking('passer', [0.3, 0.5], [-0.05, 0])
    const keeper = standing('keeper', 0.7, 0.5)
    expect(started(rule, { seconds: 30, actors: [passer, bag, keeper] })).toEqual([])
    expect(started(rule, { seconds: 30, actors: [passer, bag] })[0]?.explanation).toMatch(
      /^bag; person \(owner not seen\) 5\.\d+ body lengths away, asked more than 3 for 5\.0 s, asked for 5 s$/,
    )
  })

  it('are told when they are gone', () => {
    const owner = standing('owner', 0.52, 0.5, [0, 10])
    expect(started(rule, { seconds: 30, actors: [owner, bag] })[0]).toMatchObject({
      explanation: 'bag; owner owner gone for 5.0 s, asked for 5 s',
      trackIds: ['bag', 'owner'],
      ptsUs: 17_125_000,
    })
  })
})

describe('who takes the place of a dropped track', () => {
  const dwell = config({ inZone: 'gate', for: '3s' }, { hold: '3s' })

  it('is not somebody who comes where another one walked on', () => {
    const walker: Actor = { id: 'a', at: (s) => (s <= 2 ? { x: 0.45 + s * 0.05, y: 0.5 } : undefined) }
    const scene = { seconds: 4, actors: [walker, standing('b', 0.55, 0.5, [2.5, 9])] }
    // The walker's own dwell goes on for its hold.
    expect(started(dwell, scene).map((one) => one.trackIds)).toEqual([['a']])
    const stopped: Actor = { id: 'a', at: (s) => (s <= 2 ? { x: 0.55, y: 0.5 } : undefined) }
    expect(
      started(dwell, { ...scene, actors: [stopped, scene.actors[1]!] }).map((one) => one.trackIds),
    ).toEqual([['b']])
  })
})

describe('who fell and is lost', () => {
  it('is who gets up there, though they walked before', () => {
    const falls: Actor = {
      id: 'a',
      at: (s) => {
        if (s <= 2) return { x: 0.4 + s * 0.06, y: 0.5 }
        return s <= 2.25 ? { x: 0.52, y: 0.5, lying: true } : undefined
      },
    }
    const risen = { ...standing('b', 0.52, 0.5, [8, 20]), label: 'person' }
    const rule = config({ lost: 'inside', for: '8s' }, { hold: '20s' })
    expect(started(rule, { seconds: 20, actors: [falls] })).toHaveLength(1)
    expect(started(rule, { seconds: 20, actors: [falls, risen] })).toEqual([])
  })
})

describe('still', () => {
  const rule = config({ still: { radius: 0.3 }, for: '20s' }, { clear: '1s' })
  /** Comes to rest after a step of so much, in shares of the picture, and sways by as much as detectors do. */
  const sways = (step: number): Actor => ({
    id: 'a',
    at: (s) => ({ x: 0.5 + (s < 0.3 ? -step : 0) + 0.006 * Math.sin(s * 7), y: 0.5 }),
  })

  it('is measured from where somebody settles, not from their last step before', () => {
    const at = started(rule, { seconds: 30, actors: [sways(0.028)] }).map(({ ptsUs }) => ptsUs / 1e6)
    expect(at).toHaveLength(1)
    expect(at[0]).toBeLessThan(21)
  })

  it('is not somebody who walks slowly all the time', () => {
    const strolls: Actor = { id: 'a', at: (s) => ({ x: 0.2 + s * 0.01, y: 0.5 }) }
    expect(started(rule, { seconds: 30, actors: [strolls] })).toEqual([])
  })
})

describe('another object at the place of a parked one', () => {
  it('is found when it arrived from elsewhere', () => {
    const box = [150, 80] as const
    const first: Actor = {
      id: 'a',
      label: 'car',
      at: (s) => (s < 10 ? { x: 0.5, y: 0.5, box } : undefined),
    }
    const second: Actor = {
      id: 'b',
      label: 'car',
      at: (s) => (s >= 20 ? { x: Math.max(0.5, 0.9 - (s - 20) * 0.1), y: 0.5, box } : undefined),
    }
    const rule = config({ inZone: 'gate', for: '5s' }, { parked: '30m' })
    expect(started(rule, { seconds: 40, actors: [first, second] }).map((one) => one.trackIds)).toEqual([
      ['a'],
      ['b'],
    ])
  })
})

describe('rules with the same condition', () => {
  it('have holds of their own', () => {
    const when = { inZone: 'gate', for: '4s' }
    const rules = [
      { name: 'short', hold: '1s', when },
      { name: 'long', hold: '3s', when },
    ]
    const hidden: Actor = { id: 'a', at: (s) => ({ x: 0.5, y: 0.5, lost: s > 1 && s < 3 }) }
    const found = started({ zones: [square], rules }, { seconds: 5, actors: [hidden] })
    expect(found.map((one) => [one.rule, one.ptsUs])).toEqual([['long', 4_000_000]])
  })
})
