/** The latest entries of something that never ends. */
export interface Ring<T> {
  push(item: T): void
  /** The oldest first. */
  readonly all: () => T[]
}

export function createRing<T>(most: number): Ring<T> {
  let items: T[] = []
  let at = 0
  return {
    push(item) {
      if (items.length < most) items.push(item)
      else {
        items[at] = item
        at = (at + 1) % most
      }
    },
    all() {
      if (at > 0) {
        items = [...items.slice(at), ...items.slice(0, at)]
        at = 0
      }
      return [...items]
    },
  }
}
