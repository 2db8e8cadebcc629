/** How the labels of footage lie in the columns of a model of skeletons. */
export interface LabelColumns {
  /** The column of each label of the footage; -1: it has none. */
  readonly columns: readonly number[]
  /** Scores of a window, in the model's columns → in the labels of the footage. */
  read(scores: Float32Array): Float32Array
}

/**
 * The label for "nothing of it" needs no column: it is as likely as all that is no other label of the footage. Any other
 * label without a column has the score 0.
 *
 * @param none the label for clips that show nothing; null: there are none.
 */
export function labelColumns(
  footage: readonly string[],
  model: readonly string[],
  none: string | null,
): LabelColumns {
  const columns = footage.map((label) => model.indexOf(label))
  const rest = none === null ? -1 : footage.findIndex((label, n) => label === none && columns[n]! < 0)
  return {
    columns,
    read(scores) {
      const out = Float32Array.from(columns, (column) => scores[column] ?? 0)
      if (rest >= 0) out[rest] = Math.max(0, 1 - out.reduce((sum, value) => sum + value, 0))
      return out
    },
  }
}
