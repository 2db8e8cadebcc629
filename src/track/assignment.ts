import { splitGroups } from './split-groups.ts'

/**
 * Minimum-cost assignment of rows to columns. Pairs that cost more than `maxCost` are never made. Rows and columns
 * that share no possible pair are assigned apart: of a hundred people in a picture few are near each other.
 *
 * @param cost rows × columns; may be rectangular, may be empty.
 * @returns for every row the column it got, or -1.
 */
export function assign(cost: readonly (readonly number[])[], maxCost: number): number[] {
  const result = new Array<number>(cost.length).fill(-1)
  for (const { rows, columns } of splitGroups(cost, maxCost)) {
    if (rows.length === 1 && columns.length === 1) {
      result[rows[0]!] = columns[0]!
      continue
    }
    const part = rows.map((row) => columns.map((column) => cost[row]![column]!))
    solve(part, maxCost).forEach((column, at) => {
      if (column >= 0) result[rows[at]!] = columns[column]!
    })
  }
  return result
}

/**
 * After Kuhn 1955 and Munkres 1957, in the O(n²m) form of shortest augmenting paths (Jonker and Volgenant 1987).
 * At least one row and one column.
 */
function solve(cost: readonly (readonly number[])[], maxCost: number): number[] {
  const rows = cost.length
  const columns = cost[0]!.length
  // A private column for every row, at the price of the dearest pair allowed: "stays alone" is a choice too.
  const width = columns + rows
  const priceOf = (row: number, column: number) =>
    column < columns ? Math.min(cost[row]![column]!, maxCost * 2 + 1) : maxCost
  // Rows and columns count from 1; 0 means none.
  const rowPotential = new Float64Array(rows + 1)
  const columnPotential = new Float64Array(width + 1)
  const rowOfColumn = new Int32Array(width + 1)
  const previous = new Int32Array(width + 1)

  for (let row = 1; row <= rows; row += 1) {
    const shortest = new Float64Array(width + 1).fill(Number.POSITIVE_INFINITY)
    const done = new Uint8Array(width + 1)
    rowOfColumn[0] = row
    let column = 0
    do {
      done[column] = 1
      const from = rowOfColumn[column]!
      let step = Number.POSITIVE_INFINITY
      let next = 0
      for (let to = 1; to <= width; to += 1) {
        if (done[to]) continue
        const reduced = priceOf(from - 1, to - 1) - rowPotential[from]! - columnPotential[to]!
        if (reduced < shortest[to]!) {
          shortest[to] = reduced
          previous[to] = column
        }
        if (shortest[to]! < step) {
          step = shortest[to]!
          next = to
        }
      }
      for (let to = 0; to <= width; to += 1) {
        if (done[to]) {
          rowPotential[rowOfColumn[to]!]! += step
          columnPotential[to]! -= step
        } else shortest[to]! -= step
      }
      column = next
    } while (rowOfColumn[column] !== 0)
    while (column !== 0) {
      const before = previous[column]!
      rowOfColumn[column] = rowOfColumn[before]!
      column = before
    }
  }

  const result = new Array<number>(rows).fill(-1)
  for (let column = 1; column <= columns; column += 1) {
    const row = rowOfColumn[column]!
    if (row > 0 && cost[row - 1]![column - 1]! <= maxCost) result[row - 1] = column - 1
  }
  return result
}
