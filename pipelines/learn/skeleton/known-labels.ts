import { meansNothing } from '../../../src/core/text/nothing-labels.ts'
import { sameLabel } from '../../../src/core/text/same-label.ts'
import type { LabelledSet } from '../../../src/train/data/labelled-set.ts'

interface Known {
  readonly known: readonly string[]
  readonly hasCalm: boolean
  readonly background: readonly string[]
}

/**
 * The footage with labels in the model's own spelling, and the one label that means nothing of it, for which a model that
 * knows everyday life needs no column; null where there is none.
 */
export function withKnownLabels(
  set: LabelledSet,
  { known, hasCalm, background }: Known,
): { set: LabelledSet; none: string | null } {
  const isNone = (label: string) => !known.includes(label) && (meansNothing(label) || label === background[0])
  const none = hasCalm ? (set.labels.find(isNone) ?? null) : null
  const nameOf = (label: string) => {
    if (none !== null && isNone(label)) return none
    const own = known.find((name) => sameLabel(name, label))
    // Two labels of the footage that mean the same stay apart: somebody wants to tell them from each other.
    const alike = set.labels.filter((other) => own !== undefined && sameLabel(own, other))
    return own !== undefined && (label === own || alike.length === 1) ? own : label
  }
  const items = set.items.map((item) => ({ ...item, label: nameOf(item.label) }))
  const labels = [...new Set(items.map(({ label }) => label))].sort()
  return { set: { ...set, items, labels }, none }
}
