import type { paths } from '../../api/api-types.ts'

type PresetsAnswer = paths['/api/v1/presets']['get']['responses'][200]['content']['application/json']
export type Preset = PresetsAnswer['presets'][number]
export type Parameter = Preset['parameters'][number]
export type Presets = PresetsAnswer

export type ParameterValue = string | number | readonly (string | number)[]

/** A rule of behaviours as it stands in the configuration; fields that no form has are kept. */
export interface Rule {
  readonly name: string
  readonly enabled?: boolean
  readonly cameras?: readonly string[]
  readonly preset?: string
  readonly with?: Readonly<Record<string, ParameterValue>>
  readonly severity?: 'info' | 'warning' | 'critical'
  readonly [field: string]: unknown
}

/** Whether a rule may run on a camera: it names it, or names none. */
export const isOn = (rule: Rule, cameraId: string) => rule.cameras?.includes(cameraId) ?? true

/** What is left of a rule when it is taken from a camera: one that names others stays with these. */
export function withoutCamera(rule: Rule, cameraId: string): readonly Rule[] {
  const cameras = rule.cameras?.filter((other) => other !== cameraId) ?? []
  return cameras.length === 0 ? [] : [{ ...rule, cameras }]
}

/** What the fields of a form hold: texts, as people type them. */
export type Typed = Readonly<Record<string, string>>

/** A value as a field shows it. */
export function typedValue(value: ParameterValue | undefined): string {
  if (value === undefined) return ''
  return Array.isArray(value) ? value.join(', ') : String(value)
}

const durationPattern = /^\d+(\.\d+)?(ms|s|m|h)$/

/** What is wrong with what was typed into the field of a parameter; null when nothing is. */
export type ParameterProblem = 'unknown' | 'required' | 'number' | 'range' | 'duration' | 'whole'

export function problemOf(parameter: Parameter, typed: string): ParameterProblem | null {
  if (typed.trim() === '') return parameter.required ? 'required' : null
  if (parameter.type === 'duration') return durationPattern.test(typed.trim()) ? null : 'duration'
  if (parameter.type !== 'number' && parameter.type !== 'integer') return null
  const value = Number(typed)
  if (!Number.isFinite(value)) return 'number'
  if (parameter.type === 'integer' && !Number.isInteger(value)) return 'whole'
  const { least = -Infinity, most = Infinity } = parameter
  return value < least || value > most ? 'range' : null
}

/**
 * What is wrong with the fields of a preset, by parameter. An action must be one that a loaded model knows; the preset's
 * own stands for all that mean it, and is wrong where none does.
 */
export function problemsOf(
  preset: Preset,
  typed: Typed,
  actions: readonly string[],
): ReadonlyMap<string, ParameterProblem> {
  const found = preset.parameters.flatMap((parameter): [string, ParameterProblem][] => {
    const text = (typed[parameter.name] ?? '').trim()
    const problem = problemOf(parameter, text)
    if (problem !== null) return [[parameter.name, problem]]
    if (parameter.type !== 'action') return []
    const usual = text === '' || text === typedValue(parameter.default)
    const lacks = usual ? parameter.name === 'action' && preset.lacks !== undefined : !actions.includes(text)
    return lacks ? [[parameter.name, 'unknown']] : []
  })
  return new Map(found)
}

/** The parameters that differ from the defaults of a preset, as they stand in a rule. */
export function withOf(preset: Preset, typed: Typed): Record<string, ParameterValue> {
  const entries = preset.parameters.flatMap((parameter): [string, ParameterValue][] => {
    const text = (typed[parameter.name] ?? '').trim()
    if (text === '' || text === typedValue(parameter.default)) return []
    if (parameter.type === 'number' || parameter.type === 'integer') return [[parameter.name, Number(text)]]
    if (parameter.type === 'objects') return [[parameter.name, text.split(/\s*,\s*/).filter(Boolean)]]
    return [[parameter.name, text]]
  })
  return Object.fromEntries(entries)
}

/** What the form of a rule begins with: its own values, and of all others the defaults. */
export function typedOf(preset: Preset, rule: Rule | null): Typed {
  return Object.fromEntries(
    preset.parameters.map((parameter) => [
      parameter.name,
      typedValue(rule?.with?.[parameter.name] ?? parameter.default),
    ]),
  )
}

/** A rule's fields without its name, as an edit takes them; what is as usual is left out. */
export function fieldsOf({ name: _name, ...rule }: Rule): Record<string, unknown> {
  const { enabled, with: given, ...rest } = rule
  return {
    ...rest,
    ...(enabled === false ? { enabled } : {}),
    ...(given && Object.keys(given).length > 0 ? { with: given } : {}),
  }
}

/** The same rule for a place that is called otherwise now. */
export function renamedIn(rule: Rule, preset: Preset | undefined, from: string, to: string): Rule {
  const places = preset?.parameters.filter(({ type }) => type === 'zone' || type === 'line') ?? []
  const named = places.filter(({ name }) => rule.with?.[name] === from)
  if (named.length === 0) return rule
  return { ...rule, with: { ...rule.with, ...Object.fromEntries(named.map(({ name }) => [name, to])) } }
}

/** A name for a new rule: of its preset, and of its place where there is one. */
export function ruleName(preset: string, place: string | undefined, taken: readonly string[]): string {
  const base = (place ? `${place}-${preset}` : preset).slice(0, 55)
  if (!taken.includes(base)) return base
  let number = 2
  while (taken.includes(`${base}-${number}`)) number += 1
  return `${base}-${number}`
}
