/** How many tiles a page of the grid has; auto: all of them. */
export const gridSizes = ['auto', '1', '4', '9', '16'] as const
export type GridSize = (typeof gridSizes)[number]

/** Tiles beside each other are preferred to larger ones below each other, if those are hardly larger. */
const hardly = 0.93

/** The columns with which so many tiles of 16:9 are as large as they can be on a page. */
export function columnsFor(count: number, widthPx: number, heightPx: number): number {
  const tilePx = Array.from({ length: Math.max(1, count) }, (_, at) => {
    const rows = Math.ceil(count / (at + 1))
    return Math.min(widthPx / (at + 1), ((heightPx / rows) * 16) / 9)
  })
  const largest = Math.max(...tilePx)
  const columns = tilePx.findLastIndex((width) => width >= largest * hardly) + 1
  // On a phone tiles are scrolled; they need not all fit.
  return widthPx < 600 ? Math.min(columns, count > 4 ? 2 : 1) : columns
}

/** The cameras of one page of the grid, and how many pages there are. */
export function pageOf<T>(cameras: readonly T[], size: GridSize, page: number) {
  const each = size === 'auto' ? Math.max(1, cameras.length) : Number(size)
  const pages = Math.max(1, Math.ceil(cameras.length / each))
  const at = Math.min(Math.max(0, page), pages - 1)
  return { shown: cameras.slice(at * each, (at + 1) * each), page: at, pages }
}
