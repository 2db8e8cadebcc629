import type { Place, Point } from './place.ts'

const clamp = (value: number) => Math.min(1, Math.max(0, value))
export const inside = ([x, y]: Point): Point => [clamp(x), clamp(y)]

/** The fewest points that a place can have. */
export const fewestPoints = (kind: Place['kind']) => (kind === 'line' ? 2 : 3)
const mostPoints = 64

/** The same place with one point elsewhere, within the picture. */
export function movePoint(place: Place, at: number, to: Point): Place {
  return { ...place, points: place.points.map((point, index) => (index === at ? inside(to) : point)) }
}

/** The same place moved as a whole, as far as it stays within the picture. */
export function movePlace(place: Place, by: Point): Place {
  const reach = (axis: 0 | 1) => {
    const values = place.points.map((point) => point[axis])
    return Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), by[axis]))
  }
  const [dx, dy] = [reach(0), reach(1)]
  return { ...place, points: place.points.map(([x, y]): Point => [x + dx, y + dy]) }
}

/** The same polygon with another corner between two; a line has no corners. */
export function addPoint(place: Place, after: number, point?: Point): Place {
  if (place.kind === 'line' || place.points.length >= mostPoints) return place
  const made = point ?? middleOf(place.points[after]!, place.points[(after + 1) % place.points.length]!)
  return { ...place, points: place.points.toSpliced(after + 1, 0, inside(made)) }
}

/** The same polygon without a corner, as long as it stays one. */
export function dropPoint(place: Place, at: number): Place {
  if (place.points.length <= fewestPoints(place.kind)) return place
  return { ...place, points: place.points.toSpliced(at, 1) }
}

export const middleOf = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]

/** The other way round: left becomes right. */
export const turnLine = (place: Place): Place => ({ ...place, points: place.points.toReversed() })

/** Where the names of the two sides of a line are shown, off its middle. `aspect` is width over height. */
export function sidesOf(place: Place, aspect: number): { left: Point; right: Point } {
  const [from, to] = place.points as [Point, Point]
  const [dx, dy] = [(to[0] - from[0]) * aspect, to[1] - from[1]]
  const length = Math.hypot(dx, dy) || 1
  const away = 0.06
  const [nx, ny] = [(dy / length) * away, (-dx / length) * away]
  const [x, y] = middleOf(from, to)
  return { left: inside([x + nx / aspect, y + ny]), right: inside([x - nx / aspect, y - ny]) }
}

/** Whether edges of a polygon cross each other: such a zone is refused. */
export function crossesItself(points: readonly Point[]): boolean {
  const side = (a: Point, b: Point, c: Point) =>
    Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
  const edges = points.map((from, at) => [from, points[(at + 1) % points.length]!] as const)
  return edges.some(([a, b], first) =>
    edges.some(([c, d], second) => {
      const neighbours = second <= first + 1 || (first === 0 && second === edges.length - 1)
      return !neighbours && side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0
    }),
  )
}

/** Whether a point lies in a polygon (even-odd rule). */
export function contains(points: readonly Point[], [x, y]: Point): boolean {
  return points.reduce((is, a, at) => {
    const b = points[(at + points.length - 1) % points.length]!
    const crosses = a[1] > y !== b[1] > y && x < ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]) + a[0]
    return crosses ? !is : is
  }, false)
}

/** What is made without drawing: a quarter of the picture in its middle, or a line across it. */
export function startingPoints(kind: Place['kind']): readonly Point[] {
  return kind === 'line'
    ? [
        [0.3, 0.5],
        [0.7, 0.5],
      ]
    : [
        [0.25, 0.25],
        [0.75, 0.25],
        [0.75, 0.75],
        [0.25, 0.75],
      ]
}
