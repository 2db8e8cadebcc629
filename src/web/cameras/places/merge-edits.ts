import type { Rule } from '../rules/rule.ts'
import type { Place } from './place.ts'
import { patchOfPlaces } from './place.ts'

/** What of a camera is drawn and watched. */
export interface PlacesAndRules {
  readonly places: readonly Place[]
  readonly rules: readonly Rule[]
}

/**
 * What is drawn here, on what somebody else saved meanwhile: what is changed here stays, all other things are as they
 * were saved. Places keep their keys.
 */
export function mergeEdits(of: { base: PlacesAndRules; mine: PlacesAndRules; saved: PlacesAndRules }): {
  readonly base: PlacesAndRules
  readonly mine: PlacesAndRules
} {
  const { base, mine, saved } = of
  const places = withKeys(saved.places, base.places, mine.places)
  return {
    base: { places, rules: saved.rules },
    mine: {
      places: merge({
        base: base.places,
        mine: mine.places,
        saved: places,
        idOf: ({ key }) => key,
        same: samePlace,
      }),
      rules: merge({
        base: base.rules,
        mine: mine.rules,
        saved: saved.rules,
        idOf: ({ name }) => name,
        same: sameText,
      }),
    },
  }
}

/** Whether two states are written down alike. */
export const sameEdits = (a: PlacesAndRules, b: PlacesAndRules): boolean =>
  sameText([patchOfPlaces(a.places), a.rules], [patchOfPlaces(b.places), b.rules])

const sameText = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const samePlace = (a: Place, b: Place) => sameText(patchOfPlaces([a]), patchOfPlaces([b]))

function merge<T>(of: {
  base: readonly T[]
  mine: readonly T[]
  saved: readonly T[]
  idOf: (one: T) => unknown
  same: (a: T, b: T) => boolean
}): readonly T[] {
  const { idOf, same } = of
  const by = (list: readonly T[]) => new Map(list.map((one) => [idOf(one), one]))
  const [base, mine, saved] = [by(of.base), by(of.mine), by(of.saved)]
  const kept = of.saved.flatMap((theirs) => {
    const [was, is] = [base.get(idOf(theirs)), mine.get(idOf(theirs))]
    if (!was) return [is ?? theirs]
    if (!is) return []
    return [same(is, was) ? theirs : is]
  })
  const own = of.mine.filter((is) => {
    const was = base.get(idOf(is))
    return !saved.has(idOf(is)) && (!was || !same(is, was))
  })
  return [...kept, ...own]
}

/** Saved places have names only: each gets the key of the place that has its name here, or one of its own. */
function withKeys(saved: readonly Place[], base: readonly Place[], mine: readonly Place[]): readonly Place[] {
  const used = new Set<number>()
  let last = Math.max(0, ...[...base, ...mine].map(({ key }) => key))
  const find = (list: readonly Place[], { kind, name }: Place) =>
    list.find((one) => one.kind === kind && one.name === name && !used.has(one.key))?.key
  return saved.map((place) => {
    const key = find(base, place) ?? find(mine, place) ?? ++last
    used.add(key)
    return { ...place, key }
  })
}
