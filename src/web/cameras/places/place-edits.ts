import type { Edit } from '../edits.ts'
import { fieldsOf, type Rule } from '../rules/rule.ts'
import { type Place, patchOfPlaces } from './place.ts'

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** What has to be edited to come from what is saved to what is shown. */
export function editsOf(of: {
  id: string
  first: readonly Place[]
  places: readonly Place[]
  before: readonly Rule[]
  after: readonly Rule[]
}): readonly Edit[] {
  const { id, before, after } = of
  const [was, is] = [patchOfPlaces(of.first), patchOfPlaces(of.places)]
  const fields = (['zones', 'lines', 'ignore'] as const).filter((field) => !same(was[field], is[field]))
  const patch = Object.fromEntries(fields.map((field) => [field, is[field]]))
  const gone = before.filter(({ name }) => !after.some((rule) => rule.name === name))
  const changed = after.filter(
    (rule) =>
      !same(
        rule,
        before.find(({ name }) => name === rule.name),
      ),
  )
  return [
    ...(fields.length > 0 ? [{ kind: 'change' as const, id, patch }] : []),
    ...gone.map(({ name }): Edit => ({ kind: 'rule', name, rule: null })),
    ...changed.map((rule): Edit => ({ kind: 'rule', name: rule.name, rule: fieldsOf(rule) })),
  ]
}
