/** Clips that are chosen for one judgement, and where a range begins. */
export interface Chosen {
  readonly ids: ReadonlySet<string>
  readonly anchor: string | null
}

export const none: Chosen = { ids: new Set(), anchor: null }
/** Most clips of one judgement. */
export const mostChosen = 500

/** One clip more or less; with Shift all from the last one to it. */
export function choose(before: Chosen, id: string, order: readonly string[], shift: boolean): Chosen {
  const [from, to] = [before.anchor === null ? -1 : order.indexOf(before.anchor), order.indexOf(id)]
  if (shift && from >= 0 && to >= 0) {
    const range = order.slice(Math.min(from, to), Math.max(from, to) + 1)
    const all = [...new Set([...before.ids, ...range])]
    return { ids: new Set(all.slice(0, mostChosen)), anchor: id }
  }
  const ids = new Set(before.ids)
  if (!ids.delete(id) && ids.size < mostChosen) ids.add(id)
  return { ids, anchor: id }
}
