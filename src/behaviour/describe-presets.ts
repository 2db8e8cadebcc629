import { type PresetParameter, presetTable } from './presets.ts'

/** What a parameter of a preset is, so that a form can ask for it. */
export interface ParameterForm {
  readonly type:
    | ('zone' | 'line' | 'side' | 'object' | 'objects' | 'action')
    | ('duration' | 'number' | 'integer' | 'direction')
  /** Of a number: what it is counted in. */
  readonly unit?: 'share' | 'bodies' | 'bodies/s' | 'people' | 'degrees'
  readonly least?: number
  readonly most?: number
  readonly step?: number
  readonly about: string
}

export interface DescribedParameter extends ParameterForm {
  readonly name: string
  readonly required: boolean
  /** Absent: what asks for it is left out. */
  readonly default?: string | number | readonly (string | number)[]
}

export interface DescribedPreset {
  readonly name: string
  readonly summary: string
  readonly severity: 'info' | 'warning' | 'critical'
  readonly parameters: readonly DescribedParameter[]
}

const score = { type: 'number', unit: 'share', least: 0, most: 1, step: 0.05 } as const
const bodies = { type: 'number', unit: 'bodies', least: 0.1, most: 10, step: 0.1 } as const

/** By name; a preset may have one of its own under `preset.name`. */
const forms: Readonly<Record<string, ParameterForm>> = {
  zone: { type: 'zone', about: 'Where it counts. Without one: the whole picture.' },
  line: { type: 'line', about: 'The line that is crossed.' },
  to: { type: 'side', about: 'The side that is crossed to. Without one: either.' },
  label: { type: 'object', about: 'What is watched.' },
  'abandoned-object.label': { type: 'objects', about: 'Objects that may be left.' },
  owner: { type: 'object', about: 'Who brings the object.' },
  company: { type: 'object', about: 'Who counts as company.' },
  action: { type: 'action', about: 'The action of the models that is meant.' },
  lying: { type: 'action', about: 'The action that shows somebody lying; it only helps.' },
  for: { type: 'duration', about: 'So long it must hold.' },
  above: { ...score, about: 'The score from which it counts.' },
  'running.above': {
    type: 'number',
    unit: 'bodies/s',
    least: 0.2,
    most: 10,
    step: 0.1,
    about: 'Body heights a second; walking is about 0.8.',
  },
  atLeast: { type: 'integer', unit: 'people', least: 1, most: 200, step: 1, about: 'So many at once.' },
  distance: { ...bodies, about: 'Distance in body heights.' },
  radius: { ...bodies, most: 3, step: 0.05, about: 'Who stays within it does not move; in body heights.' },
  allowed: { type: 'direction', about: 'The direction of the picture that is allowed.' },
  tolerance: {
    type: 'number',
    unit: 'degrees',
    least: 1,
    most: 180,
    step: 1,
    about: 'So far another direction still counts as against it.',
  },
}

/** Every preset with what its parameters are. */
export function describePresets(): readonly DescribedPreset[] {
  return Object.entries(presetTable).map(([name, { summary, rule, parameters }]) => ({
    name,
    summary,
    severity: (rule.severity as DescribedPreset['severity'] | undefined) ?? 'warning',
    parameters: Object.entries(parameters).map(([parameter, given]) => ({
      name: parameter,
      ...(forms[`${name}.${parameter}`] ?? forms[parameter]!),
      ...demand(given),
    })),
  }))
}

function demand(given: PresetParameter): Pick<DescribedParameter, 'required' | 'default'> {
  if ('needed' in given) return { required: given.needed === 'required' }
  return { required: false, default: given.default }
}
