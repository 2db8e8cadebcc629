import { describe, expect, it } from 'vitest'
import {
  behavioursOf,
  noonMs,
  play,
  type Scene,
  square,
  stage,
  standing,
  started,
  walking,
} from './staging.ts'

const when = { all: [{ label: 'person' }, { inZone: 'gate' }] }
const config = (more: object = {}, condition: object = when) => ({
  zones: [
    square,
    {
      name: 'yard',
      points: [
        [0.7, 0],
        [1, 0],
        [1, 1],
        [0.7, 1],
      ],
    },
  ],
  rules: [{ name: 'rule', when: condition, clear: '1s', cooldown: '5s', ...more }],
})
const inGate = (id: string, ...spans: [number, number][]) => ({
  id,
  at: (s: number) => ({ x: spans.some(([from, to]) => s >= from && s < to) ? 0.5 : 0.2, y: 0.5 }),
})
const brief = (finding: { active: boolean; ptsUs: number; ended: string | null }) => [
  finding.active ? 'on' : finding.ended,
  finding.ptsUs / 1e6,
]

describe('a finding', () => {
  const scene: Scene = { seconds: 30, actors: [inGate('a', [5, 20])] }

  it('says which condition with which values, since when, and when it is over', () => {
    const [start, end, ...rest] = play(config({ severity: 'critical' }, { ...when, for: '10s' }), scene)
    expect(rest).toEqual([])
    expect(start).toEqual({
      key: 'yard/rule/a/15000000',
      cameraId: 'yard',
      rule: 'rule',
      severity: 'critical',
      trackIds: ['a'],
      zone: 'gate',
      active: true,
      sincePtsUs: 5_000_000,
      ptsUs: 15_000_000,
      explanation: 'person; in zone gate for 10.0 s, asked for 10 s',
      reasons: [
        { condition: 'label', text: 'person', value: 'person', asked: 'person' },
        { condition: 'inZone', text: 'in zone gate', value: 'gate', asked: 'gate' },
        {
          condition: 'for',
          text: 'person; in zone gate for 10.0 s, asked for 10 s',
          value: 10,
          asked: 10,
        },
      ],
      ended: null,
    })
    expect(end).toMatchObject({ key: start!.key, active: false, ended: 'cleared', ptsUs: 20_875_000 })
  })

  it('tells measured values of speed, action, nearness, sequence and count', () => {
    const told = (condition: object, of: Scene) => started(config({}, condition), of)[0]!.explanation
    const runner = { seconds: 3, actors: [walking('a', [0.1, 0.5], [0.2, 0])] }
    expect(told({ speed: { above: 1.5 } }, runner)).toBe('speed 2 body lengths/s, asked above 1.5')
    const two = { seconds: 3, actors: [standing('a', 0.5, 0.5), standing('b', 0.55, 0.5)] }
    expect(told({ near: { label: 'person', distance: 1 } }, two)).toBe(
      'person b at 0.5 body lengths, asked within 1',
    )
    expect(told({ count: { of: { inZone: 'gate' }, atLeast: 2 } }, two)).toBe(
      '2 tracks (in zone gate), asked at least 2',
    )
    const fight = { ...two, actions: () => [{ trackId: 'a', label: 'fight', score: 0.73 }] }
    expect(told({ action: { label: 'fight', above: 0.6 } }, fight)).toBe('action fight 0.73, asked above 0.6')
    // biome-ignore lint/suspicious/noThenProperty: a key of the rule language
    const sequence = { then: [{ inZone: 'gate' }, { inZone: 'yard' }], within: '5s' }
    expect(told(sequence, { seconds: 8, actors: [walking('a', [0.3, 0.5], [0.1, 0])] })).toBe(
      'in zone gate (until 1.1 s ago), then in zone yard',
    )
    expect(told({ not: { inZone: 'gate' } }, { seconds: 1, actors: [standing('a', 0.1, 0.1)] })).toBe(
      'not (not in zone gate)',
    )
  })

  it('bridges interruptions shorter than clear and rests for the cooldown of its track', () => {
    const flickers = { seconds: 30, actors: [inGate('a', [1, 3], [3.5, 5], [7, 8], [20, 22])] }
    expect(play(config(), flickers).map(brief)).toEqual([
      ['on', 1],
      ['cleared', 5.875],
      ['on', 20],
      ['cleared', 22.875],
    ])
  })

  it('lets another track begin during the cooldown of the first', () => {
    const scene = { seconds: 12, actors: [inGate('a', [1, 3]), inGate('b', [5, 7])] }
    expect(started(config(), scene).map((finding) => finding.trackIds)).toEqual([['a'], ['b']])
  })

  it('is not told again during the cooldown with one who took part, under whatever id the other has', () => {
    const near = { near: { label: 'person', distance: 1 } }
    const scene = {
      seconds: 30,
      actors: [standing('a', 0.5, 0.5), standing('b', 0.56, 0.5, [1, 3]), standing('c', 0.44, 0.5, [8, 20])],
    }
    const rule = (cooldown: string) => config({ hold: '1s', cooldown }, near)
    const at = (cooldown: string) =>
      started(rule(cooldown), scene).map(({ ptsUs, trackIds }) => [ptsUs / 1e6, trackIds.join()])
    expect(at('1s')).toEqual([
      [1, 'a,b'],
      [8, 'c,a'],
    ])
    // The first ended at 5.
    expect(at('8s')).toEqual([
      [1, 'a,b'],
      [13, 'c,a'],
    ])
  })

  it('groups the tracks of one zone, and tells each that joins', () => {
    const scene = { seconds: 12, actors: [inGate('a', [1, 5]), inGate('b', [3, 9])] }
    const all = play(config(), scene)
    expect(all.map((finding) => [...brief(finding), finding.trackIds.join()])).toEqual([
      ['on', 1, 'a'],
      ['on', 3, 'a,b'],
      ['cleared', 9.875, 'a,b'],
    ])
    expect(new Set(all.map((finding) => finding.key)).size).toBe(1)
  })

  it('keeps tracks apart when asked, and zones always', () => {
    const scene = { seconds: 12, actors: [inGate('a', [1, 5]), inGate('b', [3, 9])] }
    expect(started(config({ group: 'track' }), scene).map((finding) => finding.trackIds)).toEqual([
      ['a'],
      ['b'],
    ])
    const zones = { seconds: 3, actors: [standing('a', 0.5, 0.5), standing('b', 0.9, 0.5)] }
    expect(
      started(config({}, { inZone: ['gate', 'yard'] }), zones).map(({ zone, trackIds }) => [
        zone,
        ...trackIds,
      ]),
    ).toEqual([
      ['gate', 'a'],
      ['yard', 'b'],
    ])
  })
})

describe('lost tracks', () => {
  const hidden = (from: number, to: number): Scene => ({
    seconds: 16,
    actors: [{ id: 'a', at: (s) => ({ x: 0.5, y: 0.5, lost: s >= from && s < to }) }],
  })
  const dwell = { ...when, for: '10s' }

  it('go on dwelling for the hold', () => {
    expect(play(config({}, dwell), hidden(5, 7)).map(brief)).toEqual([['on', 10]])
  })

  it('begin anew after it', () => {
    expect(play(config({}, dwell), hidden(4, 6.5))).toEqual([])
    expect(play(config({ hold: '3s' }, dwell), hidden(4, 6.5)).map(brief)).toEqual([['on', 10]])
  })

  it('are held when the tracker has dropped them', () => {
    const dropped: Scene = {
      seconds: 16,
      actors: [{ id: 'a', at: (s) => (s > 5 && s < 6.8 ? undefined : { x: 0.5, y: 0.5 }) }],
    }
    expect(play(config({}, dwell), dropped).map(brief)).toEqual([['on', 10]])
  })

  it('are taken up by a new track in the same place', () => {
    const scene: Scene = {
      seconds: 16,
      actors: [standing('a', 0.5, 0.5, [0, 6]), standing('b', 0.505, 0.5, [7, 16])],
    }
    expect(play(config({}, dwell), scene).map(({ trackIds }) => trackIds)).toEqual([['b']])
    const elsewhere = { ...scene, actors: [scene.actors![0]!, standing('b', 0.55, 0.5, [7, 16])] }
    expect(play(config({}, dwell), elsewhere)).toEqual([])
  })

  it('end a finding as gone', () => {
    const left: Scene = { seconds: 8, actors: [standing('a', 0.5, 0.5, [0, 3])] }
    expect(play(config({ clear: '10s' }), left).map(brief)).toEqual([
      ['on', 0],
      ['gone', 5.125],
    ])
  })
})

describe('parked objects', () => {
  const car = (id: string, spans: [number, number][], x = (_: number) => 0.5) => ({
    id,
    label: 'car',
    at: (s: number) =>
      spans.some(([from, to]) => s >= from && s < to)
        ? { x: x(s), y: 0.5, box: [150, 80] as const }
        : undefined,
  })
  const parking = (more: object = {}) =>
    config({ cooldown: '1s', ...more }, { all: [{ label: 'car' }, { inZone: 'gate' }] })

  it('are found once, even under new track ids', () => {
    const scene = { seconds: 60, actors: [car('a', [[0, 10]]), car('b', [[20, 30]]), car('c', [[50, 60]])] }
    expect(started(parking(), scene).map(({ trackIds }) => trackIds)).toEqual([['a']])
  })

  it('are found again without the memory, or after its time', () => {
    const scene = { seconds: 60, actors: [car('a', [[0, 10]]), car('b', [[20, 30]]), car('c', [[50, 60]])] }
    expect(started(parking({ parked: '0s' }), scene)).toHaveLength(3)
    expect(started(parking({ parked: '15s' }), scene).map(({ trackIds }) => trackIds)).toEqual([['a'], ['c']])
  })

  it('are found again after they went away, as is another one that comes', () => {
    const round = car('a', [[0, 60]], (s) => (s > 20 && s < 40 ? 0.9 : 0.5))
    expect(started(parking(), { seconds: 60, actors: [round] })).toHaveLength(2)
    const comer = car('b', [[20, 60]], (s) => Math.max(0.5, 0.9 - (s - 20) * 0.1))
    expect(
      started(parking(), { seconds: 60, actors: [car('a', [[0, 10]]), comer] }).map(
        ({ trackIds }) => trackIds,
      ),
    ).toEqual([['a'], ['b']])
  })
})

describe('schedules', () => {
  const scene = (startMs: number): Scene => ({ seconds: 20, startMs, actors: [standing('a', 0.5, 0.5)] })
  const night = { armed: [{ days: ['mon'], from: '22:00', to: '06:00' }] }

  it.each([
    ['Monday 23:00', Date.UTC(2026, 0, 5, 23), 1],
    ['Tuesday 05:00, still of Monday', Date.UTC(2026, 0, 6, 5), 1],
    ['Tuesday 23:00', Date.UTC(2026, 0, 6, 23), 0],
    ['Monday noon', noonMs, 0],
    ['Monday 05:00, of Sunday', Date.UTC(2026, 0, 5, 5), 0],
  ])('arm a rule on %s', (_, startMs, count) => {
    expect(started(config(night), scene(startMs))).toHaveLength(count)
  })

  it('know the time zone and its daylight saving', () => {
    const morning = { ...config({ armed: [{ from: '08:00', to: '09:00' }] }), timeZone: 'Europe/Berlin' }
    expect(started(morning, scene(Date.UTC(2026, 0, 5, 7, 30)))).toHaveLength(1)
    expect(started(morning, scene(Date.UTC(2026, 6, 6, 7, 30)))).toHaveLength(0)
    expect(started(morning, scene(Date.UTC(2026, 6, 6, 6, 30)))).toHaveLength(1)
  })

  it('end what is open when they disarm, and find who is there when they arm', () => {
    const disarmed = config({ disarmed: [{ from: '12:00', to: '12:01' }] })
    expect(play(disarmed, scene(noonMs - 10_000)).map(brief)).toEqual([
      ['on', 0],
      ['disarmed', 10],
    ])
    expect(play(disarmed, scene(noonMs + 50_000)).map(brief)).toEqual([['on', 10]])
  })

  it('hold for all rules when the camera is disarmed', () => {
    const all = { ...config(), disarmed: [{ from: '12:00', to: '13:00' }] }
    expect(started(all, scene(noonMs))).toEqual([])
  })
})

describe('time of day, memory and sequence', () => {
  it('a condition holds in its window only', () => {
    const condition = { all: [{ inZone: 'gate' }, { time: { from: '12:00', to: '12:05' } }] }
    const scene = { seconds: 3, actors: [standing('a', 0.5, 0.5)] }
    expect(started(config({}, condition), scene)[0]?.explanation).toBe(
      'in zone gate; time 12:00, asked every day 12:00–12:05',
    )
    expect(started(config({}, condition), { ...scene, startMs: noonMs + 300_000 })).toEqual([])
  })

  it('within remembers what was true a moment ago', () => {
    const both = (within: string) => ({ all: [{ inZone: 'gate', within }, { inZone: 'yard' }] })
    const scene = { seconds: 8, actors: [walking('a', [0.3, 0.5], [0.1, 0])] }
    expect(started(config({}, both('2s')), scene)).toHaveLength(1)
    expect(started(config({}, both('500ms')), scene)).toHaveLength(0)
  })

  it('a sequence needs its order and its time', () => {
    const sequence = (first: string, second: string, within: string) => ({
      // biome-ignore lint/suspicious/noThenProperty: a key of the rule language
      then: [{ inZone: first }, { inZone: second }],
      within,
    })
    const scene = { seconds: 8, actors: [walking('a', [0.3, 0.5], [0.1, 0])] }
    expect(started(config({}, sequence('gate', 'yard', '2s')), scene)).toHaveLength(1)
    expect(started(config({}, sequence('gate', 'yard', '500ms')), scene)).toHaveLength(0)
    expect(started(config({}, sequence('yard', 'gate', '1h')), scene)).toHaveLength(0)
  })
})

describe('timestamps that begin anew', () => {
  it('end what is open; nothing is carried over', () => {
    const behaviours = behavioursOf(config({}, { ...when, for: '2s' }))
    const inputs = stage({ seconds: 3, actors: [standing('a', 0.5, 0.5)] })
    for (const input of inputs) behaviours.step(input)
    expect(behaviours.reset().map(brief)).toEqual([['reset', 3]])
    const again = inputs.flatMap((input) => [...behaviours.step(input)])
    expect(again.map(brief)).toEqual([['on', 2]])
    expect(behaviours.step(inputs[0]!).map(brief)).toEqual([['reset', 3]])
  })

  it('the same input gives the same findings, byte for byte', () => {
    const scene: Scene = { seconds: 20, actors: [inGate('a', [2, 9]), inGate('b', [4, 16])] }
    expect(JSON.stringify(play(config(), scene))).toBe(JSON.stringify(play(config(), scene)))
    expect(play(config(), scene).length).toBeGreaterThan(2)
  })
})

describe('more tracks than there is room for', () => {
  it('counts what is left out and keeps those that are there', () => {
    let drops = 0
    const behaviours = behavioursOf(config({ group: 'track' }), { maxTracks: 3, onDrop: () => (drops += 1) })
    const crowd = [1, 2, 3, 4, 5].map((n) => standing(`p${n}`, 0.4 + n * 0.03, 0.5))
    const found = behaviours.step(stage({ seconds: 0, actors: crowd })[0]!)
    expect(found.map(({ trackIds }) => trackIds[0])).toEqual(['p1', 'p2', 'p3'])
    expect(drops).toBe(2)
  })
})
