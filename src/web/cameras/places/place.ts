/** A point as shares of the picture, 0–1; y points down. */
export type Point = readonly [x: number, y: number]

/** Something drawn on the picture of a camera. */
export interface Place {
  /** Its own in the editor, whatever it is called. */
  readonly key: number
  readonly kind: 'zone' | 'line' | 'ignore'
  readonly name: string
  /** Corners of a polygon; from and to of a line. */
  readonly points: readonly Point[]
  /** Of a line: names of the sides of someone who walks from → to. */
  readonly left?: string
  readonly right?: string
}

/** What a camera's configuration has of places. */
export interface CameraPlaces {
  readonly zones?: readonly { readonly name: string; readonly points: readonly (readonly number[])[] }[]
  readonly lines?: readonly {
    readonly name: string
    readonly from: readonly number[]
    readonly to: readonly number[]
    readonly left?: string
    readonly right?: string
  }[]
  readonly ignore?: readonly { readonly name: string; readonly points: readonly (readonly number[])[] }[]
}

const pointOf = (given: readonly number[]): Point => [given[0] ?? 0, given[1] ?? 0]

/** The places of a camera's configuration, numbered from 1. */
export function readPlaces({ zones = [], lines = [], ignore = [] }: CameraPlaces): readonly Place[] {
  let key = 0
  const polygon = (kind: 'zone' | 'ignore') => (each: NonNullable<CameraPlaces['zones']>[number]) => ({
    key: ++key,
    kind,
    name: each.name,
    points: each.points.map(pointOf),
  })
  return [
    ...zones.map(polygon('zone')),
    ...lines.map(({ name, from, to, left = 'left', right = 'right' }) => ({
      key: ++key,
      kind: 'line' as const,
      name,
      points: [pointOf(from), pointOf(to)],
      left,
      right,
    })),
    ...ignore.map(polygon('ignore')),
  ]
}

const rounded = (point: Point): Point => [Math.round(point[0] * 1e4) / 1e4, Math.round(point[1] * 1e4) / 1e4]

/** The places as a merge patch of the camera, in which a list that is empty is taken away. */
export function patchOfPlaces(places: readonly Place[]) {
  const of = (kind: Place['kind']) => places.filter((place) => place.kind === kind)
  const polygons = (kind: 'zone' | 'ignore') =>
    of(kind).map(({ name, points }) => ({ name, points: points.map(rounded) }))
  const lines = of('line').map(({ name, points, left = 'left', right = 'right' }) => ({
    name,
    from: rounded(points[0]!),
    to: rounded(points[1]!),
    ...(left === 'left' ? {} : { left }),
    ...(right === 'right' ? {} : { right }),
  }))
  const orNull = <T>(list: readonly T[]) => (list.length === 0 ? null : list)
  return {
    zones: orNull(polygons('zone')),
    lines: orNull(lines),
    ignore: orNull(polygons('ignore')),
  }
}

/** A name that no place has yet. */
export function freeName(base: string, places: readonly Place[]): string {
  const taken = new Set(places.map(({ name }) => name))
  if (!taken.has(base)) return base
  let number = 2
  while (taken.has(`${base}-${number}`)) number += 1
  return `${base}-${number}`
}
