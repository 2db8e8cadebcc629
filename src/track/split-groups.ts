/** Rows and columns between which pairs are possible, at least one of each. */
export interface Group {
  readonly rows: number[]
  readonly columns: number[]
}

/**
 * The connected groups of rows and columns over pairs that cost no more than `maxCost`, in the order of their first
 * rows. Rows and columns without any such pair are in none.
 */
export function splitGroups(cost: readonly (readonly number[])[], maxCost: number): Group[] {
  const rowsOf: number[][] = []
  const columnsOf = cost.map((line, row) => {
    const possible: number[] = []
    for (let column = 0; column < line.length; column += 1) {
      if (!(line[column]! <= maxCost)) continue
      possible.push(column)
      const rows = rowsOf[column]
      if (rows) rows.push(row)
      else rowsOf[column] = [row]
    }
    return possible
  })
  const rowTaken = new Uint8Array(cost.length)
  const columnTaken = new Uint8Array(rowsOf.length)
  const groups: Group[] = []
  for (let first = 0; first < cost.length; first += 1) {
    if (rowTaken[first] === 1 || columnsOf[first]!.length === 0) continue
    const group: Group = { rows: [first], columns: [] }
    rowTaken[first] = 1
    // The list grows while it is walked.
    for (const row of group.rows)
      for (const column of columnsOf[row]!) {
        if (columnTaken[column] === 1) continue
        columnTaken[column] = 1
        group.columns.push(column)
        for (const other of rowsOf[column]!) {
          if (rowTaken[other] === 1) continue
          rowTaken[other] = 1
          group.rows.push(other)
        }
      }
    groups.push(group)
  }
  return groups
}
