import type { BehaviourProblem } from '../config/check/behaviour-references.ts'
import { nearNames } from '../config/check/near-names.ts'
import { type BehaviourRule, type Condition, conditionSchema } from '../config/schema/behaviour-schema.ts'
import { sameLabel } from '../core/text/same-label.ts'
import { type Preset, type PresetParameter, presetTable } from './presets.ts'

export type ExpandedRule = BehaviourRule & { readonly when: Condition }

/** A part of a preset that needs a parameter that was not given. */
const leftOut = Symbol('leftOut')

/**
 * A rule with its preset written out. What the rule says itself goes before what the preset says.
 *
 * @param actions labels of the models; undefined where they are not known.
 */
export function expandRule(
  rule: BehaviourRule,
  path: readonly (string | number)[],
  actions?: readonly string[],
): { rule: ExpandedRule } | { problems: BehaviourProblem[] } {
  if (rule.preset === undefined) return { rule: rule as ExpandedRule }
  const preset = presetTable[rule.preset]
  if (!preset || !Object.hasOwn(presetTable, rule.preset)) {
    const message = `there is no preset "${rule.preset}"; ${nearNames(rule.preset, Object.keys(presetTable))}`
    return { problems: [{ path: [...path, 'preset'], message }] }
  }
  const given: Record<string, unknown> = rule.with ?? {}
  const problems: BehaviourProblem[] = []
  const accepted = Object.keys(preset.parameters)
  for (const name of Object.keys(given))
    if (!accepted.includes(name))
      problems.push({
        path: [...path, 'with', name],
        message: `preset ${rule.preset} has no parameter "${name}"; ${nearNames(name, accepted)}`,
      })
  const values: Record<string, unknown> = {}
  for (const [name, parameter] of Object.entries(preset.parameters)) {
    values[name] = given[name] ?? defaultOf(parameter)
    if (values[name] === undefined && 'needed' in parameter && parameter.needed === 'required')
      problems.push({ path: [...path, 'with', name], message: `preset ${rule.preset} needs ${name}` })
  }
  if (problems.length > 0) return { problems }

  const filled = fill(withActions(preset, given, actions), values) as Partial<BehaviourRule>
  const checked = conditionSchema.safeParse(filled.when)
  if (!checked.success)
    return {
      problems: checked.error.issues.map((issue) => ({
        path: [...path, 'with'],
        message: `preset ${rule.preset}, ${issue.path.map(String).join('.')}: ${issue.message}`,
      })),
    }
  const own = Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined))
  return { rule: { ...filled, ...own, when: checked.data } as ExpandedRule }
}

/**
 * The rule with the models' own names of its actions: all that mean the default, or without the action where none does
 * and the rule can go without.
 *
 * @param given what the rule itself says stays as it is written.
 */
function withActions(
  preset: Preset,
  given: Readonly<Record<string, unknown>>,
  actions: readonly string[] | undefined,
): Preset['rule'] {
  const named = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(named).filter((item) => item !== leftOut)
    if (typeof part !== 'object' || part === null) return part
    const { action } = part as { action?: { label?: unknown } }
    const meant = meaningOf(preset, given, action?.label, actions)
    if (meant === null)
      return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, named(value)]))
    const each = meant.map((label) => ({ ...part, action: { ...action, label } }))
    return each.length === 0 ? leftOut : each.length === 1 ? each[0] : { any: each }
  }
  return named(preset.rule) as Preset['rule']
}

/** The labels that stand for a parameter of a preset; null where it is none, or was given. */
function meaningOf(
  preset: Preset,
  given: Readonly<Record<string, unknown>>,
  label: unknown,
  actions: readonly string[] | undefined,
): readonly string[] | null {
  if (typeof label !== 'string' || !label.startsWith('$')) return null
  const parameter = preset.parameters[label.slice(1)]
  if (!parameter || !('default' in parameter) || given[label.slice(1)] !== undefined) return null
  const asked = [parameter.default].flat().map(String)
  if (!actions) return parameter.whereKnown ? [] : asked
  const meant = asked.flatMap((one) =>
    actions.includes(one) ? [one] : actions.filter((known) => sameLabel(one, known)),
  )
  const mayLack = parameter.whereKnown ?? preset.withoutAction
  // Where it must be there and is not, the rule names what is missing.
  return meant.length === 0 && !mayLack ? asked.slice(0, 1) : [...new Set(meant)]
}

function defaultOf(parameter: PresetParameter): unknown {
  return 'default' in parameter ? parameter.default : undefined
}

/** Puts values where `$name` stands; lists lose the items and objects the fields that cannot be filled. */
function fill(part: unknown, values: Readonly<Record<string, unknown>>): unknown {
  if (typeof part === 'string' && part.startsWith('$')) return values[part.slice(1)] ?? leftOut
  if (Array.isArray(part)) return part.map((item) => fill(item, values)).filter((item) => item !== leftOut)
  if (typeof part !== 'object' || part === null) return part
  const fields = Object.entries(part).map(([name, value]) => [name, fill(value, values)] as const)
  const kept = fields.filter(([, value]) => value !== leftOut)
  return kept.length === 0 ? leftOut : Object.fromEntries(kept)
}
