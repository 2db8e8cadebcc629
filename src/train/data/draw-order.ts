import { createRandom } from '../../core/random.ts'

/** Which items training sees, and in which order. */
export interface DrawOrder {
  /** The item of a draw; draws are counted from 0 over the whole run. */
  itemOf(draw: number): number
}

/**
 * `none`: every item once, in random order, then again in another one. `classes`: every class once in random order,
 * then again, whatever their sizes; within a class every item once before any comes again. An item depends on the
 * seed and the number of the draw alone, so that a run goes on anywhere without a state.
 */
export function createDrawOrder(options: {
  seed: number
  /** Class of each item. */
  classes: readonly number[]
  balance: 'none' | 'classes'
}): DrawOrder {
  const { seed, classes, balance } = options
  const shuffles = new Map<string, { round: number; order: Int32Array }>()
  /** Place `index` of the order in which `count` things come in a round. */
  const shuffled = (name: string, count: number, draw: number): number => {
    const round = Math.floor(draw / count)
    let known = shuffles.get(name)
    if (known?.round !== round) {
      known = { round, order: shuffle(count, createRandom(seed).fork(`${name}/${round}`)) }
      shuffles.set(name, known)
    }
    return known.order[draw % count]!
  }
  if (balance === 'none') return { itemOf: (draw) => shuffled('items', classes.length, draw) }
  const members = new Map<number, number[]>()
  classes.forEach((each, item) => {
    members.set(each, [...(members.get(each) ?? []), item])
  })
  const groups = [...members.entries()].sort(([a], [b]) => a - b)
  return {
    itemOf(draw) {
      const [label, items] = groups[shuffled('classes', groups.length, draw)]!
      return items[shuffled(`class ${label}`, items.length, Math.floor(draw / groups.length))]!
    },
  }
}

function shuffle(count: number, random: { next(): number }): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index -= 1) {
    const other = Math.floor(random.next() * (index + 1))
    const kept = order[index]!
    order[index] = order[other]!
    order[other] = kept
  }
  return order
}
