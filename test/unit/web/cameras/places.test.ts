import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  freeName,
  type Place,
  type Point,
  patchOfPlaces,
  readPlaces,
} from '../../../../src/web/cameras/places/place.ts'
import { editsOf } from '../../../../src/web/cameras/places/place-edits.ts'
import {
  addPoint,
  contains,
  crossesItself,
  dropPoint,
  movePlace,
  movePoint,
  sidesOf,
  startingPoints,
  turnLine,
} from '../../../../src/web/cameras/places/place-geometry.ts'
import { change, redo, settle, startHistory, undo } from '../../../../src/web/cameras/places/place-history.ts'

const zone: Place = {
  key: 1,
  kind: 'zone',
  name: 'porch',
  points: [
    [0.2, 0.2],
    [0.6, 0.2],
    [0.6, 0.8],
  ],
}
const line: Place = {
  key: 2,
  kind: 'line',
  name: 'sill',
  points: [
    [0.1, 0.5],
    [0.9, 0.5],
  ],
  left: 'in',
  right: 'right',
}

const config = {
  zones: [
    {
      name: 'porch',
      points: [
        [0.2, 0.2],
        [0.6, 0.2],
        [0.6, 0.8],
      ],
    },
  ],
  lines: [{ name: 'sill', from: [0.1, 0.5], to: [0.9, 0.5], left: 'in', right: 'right' }],
}

describe('places of a camera', () => {
  it('come from its configuration and go back as they were, without what is as usual', () => {
    expect(readPlaces(config)).toEqual([zone, line])
    expect(patchOfPlaces([zone, line])).toEqual({
      zones: config.zones,
      lines: [{ name: 'sill', from: [0.1, 0.5], to: [0.9, 0.5], left: 'in' }],
      ignore: null,
    })
    expect(
      freeName('zone', [
        { ...zone, name: 'zone' },
        { ...zone, name: 'zone-2' },
      ]),
    ).toBe('zone-3')
  })

  it('are edited only where something changed', () => {
    const rules = [
      { name: 'a', preset: 'loitering', with: { zone: 'porch' } },
      { name: 'b', preset: 'running' },
    ]
    const same = { id: 'gate', first: [zone, line], before: rules }
    expect(editsOf({ ...same, places: [zone, line], after: rules })).toEqual([])
    const moved = movePoint(zone, 0, [0.3, 0.3])
    expect(editsOf({ ...same, places: [moved, line], after: rules })).toEqual([
      {
        kind: 'change',
        id: 'gate',
        patch: {
          zones: [
            {
              name: 'porch',
              points: [
                [0.3, 0.3],
                [0.6, 0.2],
                [0.6, 0.8],
              ],
            },
          ],
        },
      },
    ])
    expect(editsOf({ ...same, places: [line], after: [{ ...rules[0]!, enabled: false }] })).toEqual([
      { kind: 'change', id: 'gate', patch: { zones: null } },
      { kind: 'rule', name: 'b', rule: null },
      { kind: 'rule', name: 'a', rule: { preset: 'loitering', enabled: false, with: { zone: 'porch' } } },
    ])
  })
})

const share = fc.double({ min: -0.5, max: 1.5, noNaN: true })
const within = (points: readonly Point[]) =>
  points.every(([x, y]) => x >= -1e-9 && x <= 1 + 1e-9 && y >= -1e-9 && y <= 1 + 1e-9)

describe('drawing', () => {
  it('never leaves the picture, whatever is dragged where', () => {
    fc.assert(
      fc.property(share, share, fc.nat(2), (x, y, at) => {
        expect(within(movePoint(zone, at, [x, y]).points)).toBe(true)
        const moved = movePlace(zone, [x, y])
        expect(within(moved.points)).toBe(true)
        // It is moved, not bent.
        expect(moved.points[1]![0] - moved.points[0]![0]).toBeCloseTo(0.4)
      }),
    )
  })

  it('adds and takes corners, and never so many that nothing is left', () => {
    const four = addPoint(zone, 2)
    expect(four.points[3]).toEqual([0.4, 0.5])
    expect(dropPoint(four, 3).points).toEqual(zone.points)
    expect(dropPoint(zone, 0)).toBe(zone)
    expect(dropPoint(line, 0)).toBe(line)
    expect(addPoint(line, 0)).toBe(line)
    const full = Array.from({ length: 100 }).reduce<Place>((place) => addPoint(place, 0), zone)
    expect(full.points).toHaveLength(64)
  })

  it('knows what crosses itself, and what lies inside', () => {
    expect(crossesItself(zone.points)).toBe(false)
    expect(
      crossesItself([
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 1],
      ]),
    ).toBe(true)
    expect(crossesItself(startingPoints('zone'))).toBe(false)
    expect(contains(zone.points, [0.5, 0.3])).toBe(true)
    expect(contains(zone.points, [0.25, 0.7])).toBe(false)
  })

  it('shows left to the left of someone who walks along the line, and turns it round', () => {
    // To the right in the picture: left is up.
    const { left, right } = sidesOf(line, 16 / 9)
    expect(left[1]).toBeLessThan(0.5)
    expect(right[1]).toBeGreaterThan(0.5)
    expect(sidesOf(turnLine(line), 16 / 9).left[1]).toBeGreaterThan(0.5)
  })
})

describe('undo', () => {
  const named = (name: string) => [{ ...zone, name }]

  it('takes back a drag as one step, and two drags as two', () => {
    let history = startHistory([zone])
    for (const name of ['a', 'b', 'c']) history = change(history, named(name), 'drag 1 0')
    history = settle(history)
    history = change(history, named('d'), 'drag 1 0')
    expect(history.now[0]!.name).toBe('d')
    history = undo(history)
    expect(history.now[0]!.name).toBe('c')
    history = undo(history)
    expect(history.now).toEqual([zone])
    expect(undo(history)).toBe(history)
  })

  it('does it again until something else is done', () => {
    let history = change(change(startHistory([zone]), named('a')), named('b'))
    history = undo(undo(history))
    history = redo(history)
    expect(history.now[0]!.name).toBe('a')
    history = change(history, named('c'))
    expect(redo(history)).toBe(history)
  })

  it('keeps a bounded number of steps', () => {
    let history = startHistory([zone])
    for (let n = 0; n < 500; n += 1) history = change(history, named(`n${n}`))
    expect(history.before.length).toBeLessThanOrEqual(200)
  })
})
