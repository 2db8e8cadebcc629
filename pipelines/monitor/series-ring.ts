/** Values by name over time, so many points of each; a name that is not told for all of them is forgotten. */
export interface SeriesRing {
  /** A point of every value; names that are missing have none at this time. */
  take(values: ReadonlyMap<string, number>): void
  /** The points of a name, the oldest first; null where there is none. */
  read(name: string): (number | null)[]
  latest(name: string): number | null
  readonly size: number
}

/** Keeps `capacity` points of at most `mostNames` names. */
export function createSeriesRing(capacity: number, mostNames: number): SeriesRing {
  const rows = new Map<string, { points: Float32Array; toldAt: number }>()
  let taken = 0
  const slot = (at: number) => at % capacity
  return {
    take(values) {
      for (const [name, row] of rows) {
        row.points[slot(taken)] = Number.NaN
        if (taken - row.toldAt >= capacity) rows.delete(name)
      }
      for (const [name, value] of values) {
        let row = rows.get(name)
        if (!row) {
          if (rows.size >= mostNames) continue
          row = { points: new Float32Array(capacity).fill(Number.NaN), toldAt: taken }
          rows.set(name, row)
        }
        row.points[slot(taken)] = value
        row.toldAt = taken
      }
      taken += 1
    },
    read(name) {
      const row = rows.get(name)
      const length = Math.min(taken, capacity)
      return Array.from({ length }, (_, n) => shown(row?.points[slot(taken - length + n)]))
    },
    latest: (name) => (taken === 0 ? null : shown(rows.get(name)?.points[slot(taken - 1)])),
    get size() {
      return rows.size
    },
  }
}

const shown = (value: number | undefined) =>
  value === undefined || Number.isNaN(value) ? null : Math.round(value * 1000) / 1000
