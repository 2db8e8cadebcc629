import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTrackMemory } from '../../../src/behaviour/track-memory.ts'
import type { Track } from '../../../src/core/detection.ts'
import { type Actor, behavioursOf, play, type Scene, square, stage, started } from './staging.ts'

const fps = 8
/** Evenly spread; fc.double is thickest near 0. */
const share = fc.integer({ min: 0, max: 10_007 }).map((n) => n / 10_007)
const path = fc.array(fc.tuple(share, share), { minLength: 2, maxLength: 40 })
type Path = readonly (readonly [number, number])[]

const along = (id: string, points: Path): Actor => ({
  id,
  at(seconds) {
    const at = points[Math.round(seconds * fps)]
    return at && { x: at[0], y: at[1] }
  },
})
const sceneOf = (points: Path): Scene => ({
  seconds: (points.length - 1) / fps,
  actors: [along('a', points)],
})
const eager = { clear: '0s', cooldown: '0s', parked: '0s', hold: '0s', group: 'track' } as const

describe('line crossing', () => {
  type Ends = { from: [number, number]; to: [number, number] }
  const ends = fc
    .record({ from: fc.tuple(share, share), to: fc.tuple(share, share) })
    .filter(({ from, to }) => Math.hypot(from[0] - to[0], from[1] - to[1]) > 0.05)
  const crossings = (line: Ends & { left: string; right: string }, points: Path) => {
    const toward = (to: string) => ({ name: `to-${to}`, ...eager, when: { crosses: { line: 'fence', to } } })
    const config = { lines: [{ name: 'fence', ...line }], rules: [toward('inner'), toward('outer')] }
    return started(config, sceneOf(points)).map(({ rule, ptsUs }) => ({ rule, ptsUs }))
  }

  it('is the same for a line drawn the other way round with its sides exchanged', () => {
    let found = 0
    fc.assert(
      fc.property(ends, path, ({ from, to }, points) => {
        const there = crossings({ from, to, left: 'inner', right: 'outer' }, points)
        expect(crossings({ from: to, to: from, left: 'outer', right: 'inner' }, points)).toEqual(there)
        found += there.length
      }),
    )
    expect(found).toBeGreaterThan(50)
  })

  it('goes the other way when the path is walked backwards', () => {
    fc.assert(
      fc.property(ends, path, (line, points) => {
        const sides = { ...line, left: 'inner', right: 'outer' }
        const count = (list: { rule: string }[], rule: string) =>
          list.filter((one) => one.rule === rule).length
        const [there, back] = [crossings(sides, points), crossings(sides, points.toReversed())]
        expect(count(back, 'to-inner')).toBe(count(there, 'to-outer'))
        expect(count(back, 'to-outer')).toBe(count(there, 'to-inner'))
      }),
    )
  })

  it('does not change when line and path are moved together', () => {
    // Multiples of 1/64 stay exact.
    const grid = fc.integer({ min: 0, max: 32 }).map((n) => n / 64)
    const corner = fc.tuple(grid, grid)
    fc.assert(
      fc.property(
        fc.record({ from: corner, to: corner }).filter(({ from, to }) => from.join() !== to.join()),
        fc.array(corner, { minLength: 2, maxLength: 40 }),
        corner,
        ({ from, to }, points, [dx, dy]) => {
          const move = ([x, y]: readonly [number, number]): [number, number] => [x + dx, y + dy]
          const sides = { left: 'inner', right: 'outer' }
          expect(crossings({ from: move(from), to: move(to), ...sides }, points.map(move))).toEqual(
            crossings({ from, to, ...sides }, points),
          )
        },
      ),
    )
  })
})

describe('dwell', () => {
  const presence = fc.array(fc.boolean(), { minLength: 1, maxLength: 80 })
  const scene = (inside: readonly boolean[]) => sceneOf(inside.map((is) => (is ? [0.5, 0.5] : [0.1, 0.1])))
  const first = (inside: readonly boolean[], forMs: number) =>
    started(
      { zones: [square], rules: [{ name: 'dwell', ...eager, when: { inZone: 'gate', for: `${forMs}ms` } }] },
      scene(inside),
    )[0]?.ptsUs ?? Number.POSITIVE_INFINITY

  it('who is found for a long stay was found for a shorter one, earlier', () => {
    fc.assert(
      fc.property(presence, fc.nat(5000), fc.nat(5000), (inside, a, b) => {
        expect(first(inside, Math.min(a, b))).toBeLessThanOrEqual(first(inside, Math.max(a, b)))
      }),
    )
  })

  it('begins exactly when the longest unbroken stay so far reaches what is asked', () => {
    fc.assert(
      fc.property(presence, fc.integer({ min: 0, max: 3000 }), (inside, forMs) => {
        let since: number | null = null
        let expected = Number.POSITIVE_INFINITY
        inside.forEach((is, frame) => {
          const ptsUs = Math.round((frame / fps) * 1e6)
          since = is ? (since ?? ptsUs) : null
          if (since !== null && ptsUs - since >= forMs * 1000) expected = Math.min(expected, ptsUs)
        })
        expect(first(inside, forMs)).toBe(expected)
      }),
    )
  })

  it('is not toggled by jitter at the edge', () => {
    // 5 % of the body of 100 pixels is the margin.
    const jitter = fc.array(
      share.map((n) => (n - 0.5) * 0.0098),
      { minLength: 20 },
    )
    fc.assert(
      fc.property(jitter, (offsets) => {
        const points = offsets.map((offset): [number, number] => [0.4 + offset, 0.5])
        const rules = [{ name: 'in', ...eager, when: { inZone: 'gate' } }]
        expect(play({ zones: [square], rules }, sceneOf(points)).length).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('any scene', () => {
  const actors = fc.array(
    fc.record({
      points: path,
      label: fc.constantFrom('person', 'dog'),
      gaps: fc.array(fc.nat(40), { maxLength: 8 }),
    }),
    { maxLength: 5 },
  )
  const scene = actors.map(
    (list): Scene => ({
      seconds: 5,
      actors: list.map(({ points, label, gaps }, at) => ({
        ...along(`t${at}`, points),
        label,
        at(seconds) {
          const pose = along('', points).at(seconds)
          return pose && { ...pose, lost: gaps.includes(Math.round(seconds * fps)) }
        },
      })),
      actions: (seconds) =>
        seconds % 1 === 0 ? [{ trackId: 't0', label: 'fight', score: seconds / 5 }] : [],
    }),
  )
  const rules = [
    { name: 'in', ...eager, when: { all: [{ label: 'person' }, { inZone: 'gate' }] } },
    { name: 'near', ...eager, when: { near: { label: 'dog', distance: 1 } } },
    { name: 'hit', ...eager, when: { action: { label: 'fight', of: 'track', above: 0.5, fresh: '200ms' } } },
    { name: 'fall', preset: 'falling' },
    {
      name: 'gone',
      when: { all: [{ lost: 'anywhere' }, { not: { inZone: 'gate' } }], for: '500ms', gap: '300ms' },
    },
    // biome-ignore lint/suspicious/noThenProperty: a key of the rule language
    { name: 'both', when: { then: [{ inZone: 'gate' }, { speed: { above: 1 } }], within: '1s' } },
  ]
  const config = { zones: [square], rules }

  it('no finding begins without its condition', () => {
    let checked = 0
    fc.assert(
      fc.property(scene, (of) => {
        const behaviours = behavioursOf(config)
        const last = new Map<string, Track>()
        for (const input of stage(of)) {
          for (const track of input.tracks) last.set(track.id, track)
          const foot = ({ box }: Track) => [box.xPx + box.widthPx / 2, box.yPx + box.heightPx] as const
          for (const finding of behaviours.step(input)) {
            if (!finding.active) continue
            const track = last.get(finding.trackIds[0]!)!
            const [x, y] = foot(track)
            checked += 1
            if (finding.rule === 'in') {
              expect(track.label).toBe('person')
              expect(Math.max(Math.abs(x - 500), Math.abs(y - 500))).toBeLessThanOrEqual(105)
            }
            if (finding.rule === 'near') {
              const dogs = input.tracks.filter((one) => one.label === 'dog' && one !== track)
              const distances = dogs.map((dog) => Math.hypot(foot(dog)[0] - x, foot(dog)[1] - y))
              expect(Math.min(...distances)).toBeLessThanOrEqual(100)
            }
            if (finding.rule === 'hit') {
              expect(track.id).toBe('t0')
              expect(Math.floor(input.ptsUs / 1e6) / 5).toBeGreaterThanOrEqual(0.5 * (2 / 3))
            }
            if (finding.rule === 'fall') throw new Error('nobody lies in these scenes')
          }
        }
      }),
      { numRuns: 300 },
    )
    expect(checked).toBeGreaterThan(100)
  })

  it('gives the same findings twice, and each that begins ends at most once', () => {
    fc.assert(
      fc.property(scene, (of) => {
        const found = play(config, of)
        expect(JSON.stringify(play(config, of))).toBe(JSON.stringify(found))
        for (const key of new Set(found.map((one) => one.key))) {
          const life = found.filter((one) => one.key === key)
          expect(life.findIndex((one) => !one.active)).toBeOneOf([-1, life.length - 1])
          expect(life[0]!.active).toBe(true)
        }
      }),
    )
  })
})

describe('memory', () => {
  it('holds at most its capacity, no slot twice, and nothing beyond its time', () => {
    const capacity = 5
    const steps = fc.array(
      fc.record({ waitUs: fc.nat(500_000), ids: fc.uniqueArray(fc.nat(12), { maxLength: 9 }) }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(steps, (list) => {
        const forgotten: number[] = []
        let [ptsUs, drops] = [0, 0]
        const onForget = ({ slot }: { slot: number }) => forgotten.push(slot)
        const memory = createTrackMemory({
          capacity,
          keepUs: 1_000_000,
          onForget,
          onDrop: () => {
            drops += 1
          },
        })
        for (const { waitUs, ids } of list) {
          ptsUs += waitUs
          const tracks = ids.map((id): Track => {
            const box = { xPx: id * 100, yPx: 0, widthPx: 40, heightPx: 100 }
            const times = { firstPtsUs: ptsUs, seenPtsUs: ptsUs }
            return { id: `t${id}`, label: 'person', box, score: 1, state: 'seen', ...times }
          })
          const before = drops
          memory.update(tracks, ptsUs)
          const slots = memory.records.map((record) => record.slot)
          expect(new Set(slots).size).toBe(slots.length)
          expect(slots.every((slot) => slot >= 0 && slot < capacity)).toBe(true)
          expect(memory.records.every((record) => ptsUs - record.seenPtsUs <= 1_000_000)).toBe(true)
          const there = ids.filter((id) => memory.find(`t${id}`) !== undefined).length
          expect(there).toBe(Math.min(ids.length, capacity))
          if (ids.length > capacity) expect(drops).toBeGreaterThan(before)
        }
        memory.clear()
        expect(memory.records).toEqual([])
        expect(memory.bySlot.every((record) => record === undefined)).toBe(true)
      }),
    )
  })

  it('of a finding that goes on for ever names 32 tracks at most', () => {
    const comers = Array.from(
      { length: 60 },
      (_, n): Actor => ({
        id: `t${n}`,
        at: (s) => (s >= n / 2 ? { x: 0.42 + (n % 8) * 0.02, y: 0.5 } : undefined),
      }),
    )
    const rules = [{ name: 'in', when: { inZone: 'gate' } }]
    const found = play({ zones: [square], rules }, { seconds: 40, actors: comers })
    expect(found).toHaveLength(32)
    expect(found.at(-1)!.trackIds).toHaveLength(32)
  })
})
