/** A point in any one unit; y points down. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** Whether a point is in a closed polygon (even-odd rule); of points on an edge some count as inside. */
export function insidePolygon(point: Point, polygon: readonly Point[]): boolean {
  let inside = false
  for (let at = 0, before = polygon.length - 1; at < polygon.length; before = at, at += 1) {
    const a = polygon[at]!
    const b = polygon[before]!
    if (a.y > point.y !== b.y > point.y && point.x < ((b.x - a.x) * (point.y - a.y)) / (b.y - a.y) + a.x)
      inside = !inside
  }
  return inside
}
