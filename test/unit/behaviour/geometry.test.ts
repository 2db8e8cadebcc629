import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distanceToSegment, meetsSegment, sideOfLine } from '../../../src/behaviour/geometry.ts'
import { createZoneArea } from '../../../src/behaviour/zone-area.ts'
import { overlapOf } from '../../../src/core/box-overlap.ts'
import { insidePolygon, type Point } from '../../../src/core/shape/polygon.ts'

/** Evenly spread; fc.double is thickest near 0. */
const share = fc.integer({ min: 0, max: 10_007 }).map((n) => n / 10_007)
const point = fc.record({ x: share, y: share })
/** A simple polygon: corners in the order of their angle around the middle. */
const simple = fc
  .array(fc.record({ angle: share, radius: share.map((n) => 0.05 + n * 0.45) }), {
    minLength: 3,
    maxLength: 12,
  })
  .map((corners) =>
    corners
      .toSorted((a, b) => a.angle - b.angle)
      .map(({ angle, radius }) => ({
        x: 0.5 + radius * Math.cos(angle * 2 * Math.PI),
        y: 0.5 + radius * Math.sin(angle * 2 * Math.PI),
      })),
  )
  .filter((corners) => Math.abs(area(corners)) > 1e-3)

function area(polygon: readonly Point[]): number {
  return polygon.reduce((sum, a, at) => {
    const b = polygon[(at + 1) % polygon.length]!
    return sum + (a.x * b.y - b.x * a.y) / 2
  }, 0)
}
const edgeDistance = (at: Point, polygon: readonly Point[]) =>
  Math.min(...polygon.map((a, i) => distanceToSegment(at, a, polygon[(i + 1) % polygon.length]!)))

/** Turns of the polygon around the point: the sum of the angles under which its edges are seen. */
function winding(at: Point, polygon: readonly Point[]): number {
  const turns = polygon.reduce((sum, a, i) => {
    const b = polygon[(i + 1) % polygon.length]!
    const [ax, ay, bx, by] = [a.x - at.x, a.y - at.y, b.x - at.x, b.y - at.y]
    return sum + Math.atan2(ax * by - ay * bx, ax * bx + ay * by)
  }, 0)
  return Math.round(turns / (2 * Math.PI))
}

describe('insidePolygon', () => {
  it('agrees with the winding number on simple polygons', () => {
    fc.assert(
      fc.property(simple, point, (polygon, at) => {
        fc.pre(edgeDistance(at, polygon) > 1e-6)
        expect(insidePolygon(at, polygon)).toBe(winding(at, polygon) % 2 !== 0)
      }),
      { numRuns: 1000 },
    )
  })

  it('does not depend on the direction or the first corner of the polygon', () => {
    fc.assert(
      fc.property(simple, point, fc.nat(), (polygon, at, shift) => {
        fc.pre(edgeDistance(at, polygon) > 1e-6)
        const turned = polygon.map((_, i) => polygon[(i + shift) % polygon.length]!)
        expect(insidePolygon(at, turned)).toBe(insidePolygon(at, polygon))
        expect(insidePolygon(at, polygon.toReversed())).toBe(insidePolygon(at, polygon))
      }),
    )
  })
})

describe('lines', () => {
  it('have the right side at the right of someone who walks along them, y pointing down', () => {
    expect(sideOfLine({ x: 0.5, y: 0.9 }, { x: 0, y: 0.5 }, { x: 1, y: 0.5 })).toBeCloseTo(0.4)
    expect(sideOfLine({ x: 0.9, y: 0.5 }, { x: 0.5, y: 0 }, { x: 0.5, y: 1 })).toBeCloseTo(-0.4)
  })

  it('are met between their ends only', () => {
    const [a, b] = [
      { x: 0.5, y: 0.2 },
      { x: 0.5, y: 0.6 },
    ]
    expect(meetsSegment({ p: { x: 0, y: 0.4 }, q: { x: 1, y: 0.5 } }, a, b)).toBe(true)
    expect(meetsSegment({ p: { x: 0, y: 0.4 }, q: { x: 1, y: 1 } }, a, b)).toBe(false)
  })
})

describe('overlap', () => {
  it('is 1 for the same box, 0 for boxes apart, and symmetric', () => {
    const side = fc.integer({ min: 1, max: 100 })
    const box = fc.record({ xPx: fc.nat(200), yPx: fc.nat(200), widthPx: side, heightPx: side })
    fc.assert(
      fc.property(box, box, (a, b) => {
        expect(overlapOf(a, a)).toBe(1)
        expect(overlapOf(a, b)).toBe(overlapOf(b, a))
        expect(overlapOf(a, { ...b, xPx: a.xPx + a.widthPx })).toBe(0)
      }),
    )
    const box1 = { xPx: 0, yPx: 0, widthPx: 10, heightPx: 10 }
    expect(overlapOf(box1, { ...box1, xPx: 5 })).toBeCloseTo(1 / 3)
  })
})

describe('a zone', () => {
  const marginPx = 5
  const zone = (points: [number, number][]) => {
    const area = createZoneArea(points)
    area.resize(1000, 500)
    return area
  }
  const square: [number, number][] = [
    [0.4, 0.4],
    [0.6, 0.4],
    [0.6, 0.8],
    [0.4, 0.8],
  ]

  it('is entered and left a margin beyond its edge', () => {
    const area = zone(square)
    const at = (x: number, inside: boolean) => area.contains({ x, y: 300 }, { inside, known: true, marginPx })
    expect([404, 406].map((x) => at(x, false))).toEqual([false, true])
    expect([396, 394].map((x) => at(x, true))).toEqual([true, false])
  })

  it('has no edge to be passed at the border of the picture', () => {
    const area = zone([
      [0, 0.5],
      [1, 0.5],
      [1, 1],
      [0, 1],
    ])
    for (const y of [498, 500, 560])
      expect(area.contains({ x: 999, y }, { inside: false, known: true, marginPx })).toBe(true)
  })

  it('can be entered however narrow it is', () => {
    const area = zone([
      [0.5, 0.2],
      [0.506, 0.2],
      [0.506, 0.8],
      [0.5, 0.8],
    ])
    expect(area.contains({ x: 503, y: 250 }, { inside: false, known: true, marginPx })).toBe(true)
  })

  it('agrees with the polygon away from its edges, whatever was before', () => {
    fc.assert(
      fc.property(simple, point, fc.boolean(), (polygon, at, inside) => {
        const pixels = polygon.map(({ x, y }) => ({ x: x * 1000, y: y * 500 }))
        const foot = { x: at.x * 1000, y: at.y * 500 }
        fc.pre(edgeDistance(foot, pixels) > marginPx)
        const area = zone(polygon.map(({ x, y }): [number, number] => [x, y]))
        expect(area.contains(foot, { inside, known: true, marginPx })).toBe(insidePolygon(foot, pixels))
      }),
      { numRuns: 500 },
    )
  })
})
