interface View {
  /** How far it is scrolled, and how much of it is seen. */
  readonly topPx: number
  readonly heightPx: number
  readonly rowHeightPx: number
}

/** Rows above and below what is seen, so that a quick hand finds them drawn. */
const spare = 8

/** The first and the last row to draw; the last is before the first where there are none. */
export function rowsInView({ topPx, heightPx, rowHeightPx, count }: View & { readonly count: number }) {
  const first = Math.max(0, Math.min(count - 1, Math.floor(topPx / rowHeightPx)) - spare)
  const last = Math.min(count - 1, Math.ceil((topPx + heightPx) / rowHeightPx) + spare)
  return { first, last }
}

/** Where to scroll so that a row is seen whole; null: it is. */
export function scrollToShow(row: number, { topPx, heightPx, rowHeightPx }: View): number | null {
  const [above, below] = [row * rowHeightPx, (row + 1) * rowHeightPx - heightPx]
  if (topPx > above) return above
  return topPx < below ? below : null
}
