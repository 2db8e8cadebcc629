import type { Point } from '../core/shape/polygon.ts'

/** Distance of a point from the segment a–b, in the points' unit. */
export function distanceToSegment(point: Point, a: Point, b: Point): number {
  const dx = b.x - a.x
  const dy = b.y - a.y
  const length2 = dx * dx + dy * dy
  const share = length2 === 0 ? 0 : ((point.x - a.x) * dx + (point.y - a.y) * dy) / length2
  const along = Math.min(1, Math.max(0, share))
  return Math.hypot(point.x - a.x - along * dx, point.y - a.y - along * dy)
}

/**
 * Signed distance of a point from the endless line through a and b: above 0 on the right of someone who walks
 * from a to b (as seen in the picture, where y points down), below 0 on the left.
 */
export function sideOfLine(point: Point, a: Point, b: Point): number {
  const dx = b.x - a.x
  const dy = b.y - a.y
  return (dx * (point.y - a.y) - dy * (point.x - a.x)) / Math.hypot(dx, dy)
}

/** Whether the path p–q meets the segment a–b, when p and q are known to be on two sides of its line. */
export function meetsSegment(path: { p: Point; q: Point }, a: Point, b: Point): boolean {
  const { p, q } = path
  // Without a division, so that a path through an end of the segment is not decided by rounding.
  const turn = (at: Point) => (q.x - p.x) * (at.y - p.y) - (q.y - p.y) * (at.x - p.x)
  return turn(a) * turn(b) <= 0
}
