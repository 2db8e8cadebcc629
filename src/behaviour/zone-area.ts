import { insidePolygon, type Point } from '../core/shape/polygon.ts'
import { distanceToSegment } from './geometry.ts'

/** A zone in the pixels of the picture. */
export interface ZoneArea {
  /** Where a foot point is, given where it was: within `marginPx` of an edge nothing changes. */
  contains(foot: Point, before: { inside: boolean; known: boolean; marginPx: number }): boolean
  /** Takes the picture's size; cheap when it is the same as before. */
  resize(widthPx: number, heightPx: number): void
}

/** An edge of a zone that lies on the border of the picture is no edge: nobody steps over it. */
const borderShare = 0.002

/**
 * A polygon with hysteresis at its edges: a point must be `marginPx` beyond an edge before it counts as having
 * changed sides, so that the jitter of a box does not toggle. In narrow zones the margin is smaller, so that they
 * can be entered at all.
 *
 * @param points corners as shares of the picture, 0–1.
 */
export function createZoneArea(points: readonly (readonly [number, number])[]): ZoneArea {
  let polygon: Point[] = []
  let edges: { a: Point; b: Point }[] = []
  let size = { widthPx: 0, heightPx: 0 }
  let mostMarginPx = 0
  let [left, top, right, bottom] = [0, 0, 0, 0]

  return {
    resize(widthPx, heightPx) {
      if (size.widthPx === widthPx && size.heightPx === heightPx) return
      size = { widthPx, heightPx }
      polygon = points.map(([x, y]) => ({ x: x * widthPx, y: y * heightPx }))
      edges = points.flatMap((from, at) => {
        const to = points[(at + 1) % points.length]!
        const onBorder = [0, 1].some(
          (axis) =>
            (from[axis]! <= borderShare && to[axis]! <= borderShare) ||
            (from[axis]! >= 1 - borderShare && to[axis]! >= 1 - borderShare),
        )
        return onBorder ? [] : [{ a: polygon[at]!, b: polygon[(at + 1) % points.length]! }]
      })
      mostMarginPx = halfWidth(polygon) / 2
      left = Math.min(...polygon.map((point) => point.x))
      right = Math.max(...polygon.map((point) => point.x))
      top = Math.min(...polygon.map((point) => point.y))
      bottom = Math.max(...polygon.map((point) => point.y))
    },
    contains(foot, before) {
      const marginPx = Math.min(before.marginPx, mostMarginPx)
      // Feet under the picture's edge stand at its edge.
      const x = Math.min(Math.max(foot.x, 1e-6), size.widthPx - 1e-6)
      const y = Math.min(Math.max(foot.y, 1e-6), size.heightPx - 1e-6)
      if (x < left - marginPx || x > right + marginPx || y < top - marginPx || y > bottom + marginPx)
        return false
      const point = { x, y }
      const inside = insidePolygon(point, polygon)
      if (!before.known || inside === before.inside) return inside
      return edges.every(({ a, b }) => distanceToSegment(point, a, b) >= marginPx) ? inside : before.inside
    },
  }
}

/** Area over perimeter: between half and the whole of the radius of the greatest circle in a convex polygon. */
function halfWidth(polygon: readonly Point[]): number {
  let area2 = 0
  let perimeter = 0
  polygon.forEach((a, at) => {
    const b = polygon[(at + 1) % polygon.length]!
    area2 += a.x * b.y - b.x * a.y
    perimeter += Math.hypot(b.x - a.x, b.y - a.y)
  })
  return perimeter === 0 ? 0 : Math.abs(area2) / 2 / perimeter
}
