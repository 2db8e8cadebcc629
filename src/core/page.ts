/** What every reader of a list is asked for: so many, and those after a page that was read before. */
export interface PageRequest {
  readonly limit: number
  /** `next` of the page before; absent: from the beginning. */
  readonly after?: string
}

/** What every reader of a list gives. What is added meanwhile shifts nothing: no item comes twice, none is left out. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Where the page after it begins; null when it was the last. */
  readonly next: string | null
}
