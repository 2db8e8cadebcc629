import { AppError } from '../../core/errors.ts'
import { createRandom } from '../../core/random.ts'

/** What a split needs to know of a piece of footage. */
export interface SplitItem {
  readonly id: string
  /** Camera and day, person, or source video: never on two sides. */
  readonly group: string
  readonly label: string | null
}

export const splitSides = ['train', 'validation', 'test'] as const
export type SplitSide = (typeof splitSides)[number]

export type Split<T> = Readonly<Record<SplitSide, readonly T[]>>

export interface SplitResult<T> {
  readonly split: Split<T>
  /** Labels that a side with a share does not have: figures of that side say nothing about them. */
  readonly missing: readonly { readonly side: SplitSide; readonly label: string }[]
}

/** Sides × groups above which swaps of two groups are not tried. */
const swapLimit = 120

/**
 * Shares items out so that every group lies on one side only, with the share of every label on every side as near
 * to the wished one as whole groups allow: largest groups first to where they are missing most, then moves and swaps
 * while they help. The same seed gives the same split, whatever the order of the items.
 *
 * @param shares such as { train: 0.7, validation: 0.15, test: 0.15 }; a side with 0 stays empty.
 * @param fixed sides that groups have already, so that a hold-out stays one when footage is added.
 * @throws AppError TRAIN_SPLIT when the shares do not sum to 1, or there are fewer groups than sides.
 */
export function splitByGroup<T extends SplitItem>(options: {
  items: readonly T[]
  shares: Readonly<Record<SplitSide, number>>
  seed: number
  fixed?: ReadonlyMap<string, SplitSide>
}): SplitResult<T> {
  const { items, shares, seed, fixed = new Map<string, SplitSide>() } = options
  const total = splitSides.reduce((sum, side) => sum + shares[side], 0)
  if (splitSides.some((side) => !(shares[side] >= 0)) || Math.abs(total - 1) > 1e-6)
    throw new AppError('TRAIN_SPLIT', `the shares of train, validation and test must sum to 1, not ${total}`)
  const sides = splitSides.filter((side) => shares[side] > 0)
  const groups = Map.groupBy(items, ({ group }) => group)
  if (groups.size < sides.length)
    throw new AppError(
      'TRAIN_SPLIT',
      `${groups.size} group(s) cannot fill ${sides.join(', ')}: footage of at least ${sides.length} groups ` +
        '(cameras and days, people, or source videos) is needed',
      { details: { groups: [...groups.keys()] } },
    )

  const labels = [...new Set(items.map(({ label }) => label ?? ''))].sort()
  const random = createRandom(seed)
  const parts = [...groups.keys()]
    .sort()
    .map((name) => ({ name, order: random.next(), counts: countLabels(groups.get(name)!, labels) }))
    .map((part) => ({ ...part, fixed: sides.indexOf(fixed.get(part.name) ?? ('' as SplitSide)) }))
    .sort(
      (a, b) =>
        Number(b.fixed >= 0) - Number(a.fixed >= 0) ||
        b.counts.at(-1)! - a.counts.at(-1)! ||
        a.order - b.order,
    )
  const wanted = sides.map((side) => countLabels(items, labels).map((count) => count * shares[side]))
  const places = placeGroups(parts, wanted)
  const sideOf = new Map(parts.map(({ name }, index) => [name, sides[places[index]!]!]))
  const on = (side: SplitSide) => items.filter(({ group }) => sideOf.get(group) === side)
  const split = { train: on('train'), validation: on('validation'), test: on('test') }
  const missing = sides.flatMap((side) => {
    const there = new Set(split[side].map(({ label }) => label))
    return labels.filter((label) => label !== '' && !there.has(label)).map((label) => ({ side, label }))
  })
  return { split, missing }
}

/** Items of each label, then all items. */
function countLabels(items: readonly SplitItem[], labels: readonly string[]): number[] {
  const counts = labels.map((label) => items.filter((item) => (item.label ?? '') === label).length)
  return [...counts, items.length]
}

interface Part {
  readonly counts: readonly number[]
  /** Index of the side where it stays, or -1. */
  readonly fixed: number
}

/** The index of a side for every group; those that are fixed come first. */
function placeGroups(parts: readonly Part[], wanted: readonly number[][]): number[] {
  const groups = parts.map(({ counts }) => counts)
  const isFixed = (group: number) => parts[group]!.fixed >= 0
  const have = wanted.map((counts) => counts.map(() => 0))
  const costOf = (side: number) =>
    wanted[side]!.reduce((sum, want, k) => sum + (have[side]![k]! - want) ** 2 / Math.max(want, 0.5), 0)
  const shift = (group: number, side: number, sign: 1 | -1) => {
    groups[group]!.forEach((count, k) => {
      have[side]![k]! += sign * count
    })
  }
  const cost = () => wanted.reduce((sum, _, side) => sum + costOf(side), 0)
  const places: number[] = []
  const held = wanted.map(() => 0)
  for (const group of groups.keys()) {
    // The last groups go where there is nothing yet.
    const all = [...wanted.keys()]
    const empty = all.filter((side) => held[side] === 0)
    const free = groups.length - group <= empty.length ? empty : all
    const open = isFixed(group) ? [parts[group]!.fixed] : free
    const costs = open.map((side) => {
      shift(group, side, 1)
      const after = cost()
      shift(group, side, -1)
      return after
    })
    places[group] = open[costs.indexOf(Math.min(...costs))]!
    shift(group, places[group], 1)
    held[places[group]]! += 1
  }
  const tryPlaces = (changes: readonly (readonly [number, number])[]): boolean => {
    const before = cost()
    const old = changes.map(([group]) => [group, places[group]!] as const)
    const apply = (list: readonly (readonly [number, number])[]) => {
      for (const [group, side] of list) {
        shift(group, places[group]!, -1)
        held[places[group]!]! -= 1
        places[group] = side
        shift(group, side, 1)
        held[side]! += 1
      }
    }
    apply(changes)
    if (cost() < before - 1e-9) return true
    apply(old)
    return false
  }
  for (let better = true, pass = 0; better && pass < 20; pass += 1) {
    better = false
    for (const group of groups.keys())
      for (const side of wanted.keys())
        if (
          !isFixed(group) &&
          side !== places[group] &&
          held[places[group]!]! > 1 &&
          tryPlaces([[group, side]])
        )
          better = true
    if (groups.length * wanted.length > swapLimit) continue
    for (const a of groups.keys())
      for (let b = 0; b < a; b += 1)
        if (
          !isFixed(a) &&
          !isFixed(b) &&
          places[a] !== places[b] &&
          tryPlaces([
            [a, places[b]!],
            [b, places[a]!],
          ])
        )
          better = true
  }
  return places
}

/** A group or an item that lies on more than one side. */
export interface Leak {
  readonly kind: 'group' | 'item'
  readonly name: string
  readonly sides: readonly SplitSide[]
}

/** What lies on more than one side of a split; empty when nothing does. */
export function findLeaks(split: Split<{ readonly id: string; readonly group: string }>): Leak[] {
  const found = (kind: Leak['kind'], nameOf: (item: { id: string; group: string }) => string): Leak[] => {
    const sidesOf = new Map<string, SplitSide[]>()
    for (const side of splitSides)
      for (const name of new Set(split[side].map(nameOf)))
        sidesOf.set(name, [...(sidesOf.get(name) ?? []), side])
    return [...sidesOf]
      .filter(([, sides]) => sides.length > 1)
      .map(([name, sides]) => ({ kind, name, sides }))
  }
  return [...found('group', ({ group }) => group), ...found('item', ({ id }) => id)]
}
