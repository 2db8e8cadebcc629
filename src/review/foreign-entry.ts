/** One labelled stretch of footage as another tool describes it. */
export interface ForeignEntry {
  /** As written: relative to the file that names it, or absolute. */
  readonly path: string
  readonly labels: readonly string[]
  /** What must stay on one side; null: the file by itself. */
  readonly group: string | null
  readonly camera: string | null
  /** Milliseconds from the file's beginning; null: from the beginning, to the end. */
  readonly startMs: number | null
  readonly endMs: number | null
  /** Where it is written, such as labels.csv:5, where that is known. */
  readonly at?: string
}
