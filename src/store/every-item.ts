import type { Page, PageRequest } from '../core/page.ts'

const pageItems = 500

/** Every page of a list that is not empty. */
export function* everyPage<T>(read: (request: PageRequest) => Page<T>): Generator<readonly T[]> {
  let after: string | undefined
  do {
    const { items, next } = read({ limit: pageItems, ...(after !== undefined && { after }) })
    if (items.length > 0) yield items
    after = next ?? undefined
  } while (after !== undefined)
}

/** Every item of a list, read page by page. */
export function* everyItem<T>(read: (request: PageRequest) => Page<T>): Generator<T> {
  for (const items of everyPage(read)) yield* items
}
