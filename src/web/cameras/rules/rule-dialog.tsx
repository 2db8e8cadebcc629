import { useSignal } from '@preact/signals'
import { Button } from '../../pieces/button.tsx'
import { Dialog } from '../../pieces/dialog.tsx'
import { SelectField, TextField } from '../../pieces/field.tsx'
import { isSlug } from '../camera-fields.ts'
import type { Place } from '../places/place.ts'
import { ParameterField } from './parameter-field.tsx'
import { presetAbout, presetTitle } from './preset-text.ts'
import { type Preset, type Presets, problemsOf, type Rule, ruleName, typedOf, withOf } from './rule.ts'
import { text } from './text.ts'

/** A rule from a preset: which one, its parameters, how severe it is. */
export function RuleDialog(props: {
  /** Null: a new one. */
  rule: Rule | null
  cameraId: string
  presets: Presets
  places: readonly Place[]
  taken: readonly string[]
  onClose: () => void
  onDone: (rule: Rule) => void
}) {
  const { rule, cameraId, presets, places, taken, onClose, onDone } = props
  const t = text.value
  const hasLine = places.some(({ kind }) => kind === 'line')
  const hasZone = places.some(({ kind }) => kind === 'zone')
  const start = rule?.preset ?? (hasZone ? 'loitering' : hasLine ? 'line-crossing' : 'running')
  const find = (name: string): Preset =>
    presets.presets.find((each) => each.name === name) ?? presets.presets[0]!
  const preset = useSignal(find(start))
  const typed = useSignal(prefilled(find(start), rule, places))
  const severity = useSignal<'' | 'info' | 'warning' | 'critical'>(rule?.severity ?? '')
  const name = useSignal(rule?.name ?? '')
  const tried = useSignal(false)
  const { parameters } = preset.value
  const wrong = problemsOf(preset.value, typed.value, presets.actions)
  const place = typed.value.zone || typed.value.line
  const usualName = ruleName(preset.value.name, place, taken)
  const chosenName = rule?.name ?? (name.value.trim() || usualName)
  const nameTaken = rule === null && taken.includes(chosenName)
  const nameProblem = nameTaken ? t.nameTaken : rule === null && !isSlug(chosenName) ? t.noSlug : undefined
  const done = () => {
    tried.value = true
    if (wrong.size > 0 || nameProblem !== undefined) return
    const base: Rule = rule ?? { name: chosenName, cameras: [cameraId] }
    const { severity: _before, with: _parameters, ...rest } = base
    onDone({
      ...rest,
      name: chosenName,
      preset: preset.value.name,
      with: withOf(preset.value, typed.value),
      ...(severity.value === '' ? {} : { severity: severity.value }),
    })
  }
  return (
    <Dialog
      open
      title={rule ? t.editRule(rule.name) : t.addRule}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button kind="primary" onClick={done}>
            {rule ? t.takeOver : t.addRule}
          </Button>
        </>
      }
    >
      <div class="form">
        <SelectField
          label={t.preset}
          value={preset.value.name}
          choices={presets.presets.map(({ name: value, lacks }) => ({
            value,
            label: lacks === undefined ? presetTitle(value) : t.lacking(presetTitle(value)),
          }))}
          hint={presetAbout(preset.value.name, preset.value.summary)}
          onValue={(value) => {
            preset.value = find(value)
            typed.value = prefilled(preset.value, null, places)
          }}
        />
        {parameters.map((parameter) => (
          <ParameterField
            key={`${preset.value.name} ${parameter.name}`}
            parameter={parameter}
            value={typed.value[parameter.name] ?? ''}
            places={places}
            line={places.find(({ kind, name: called }) => kind === 'line' && called === typed.value.line)}
            presets={presets}
            problem={wrong.get(parameter.name) ?? null}
            tried={tried.value}
            onValue={(value) => {
              typed.value = { ...typed.value, [parameter.name]: value }
            }}
          />
        ))}
        <SelectField
          label={t.severity}
          value={severity.value}
          choices={[
            { value: '', label: t.asUsual(t.severities[preset.value.severity]) },
            ...(['info', 'warning', 'critical'] as const).map((value) => ({
              value,
              label: t.severities[value],
            })),
          ]}
          onValue={(value) => {
            severity.value = value
          }}
        />
        {!rule && (
          <TextField
            label={t.name}
            value={name.value}
            placeholder={usualName}
            hint={t.slugHint}
            {...(nameProblem === undefined ? {} : { problem: nameProblem })}
            onValue={(value) => {
              name.value = value
            }}
          />
        )}
      </div>
    </Dialog>
  )
}

/** The form of a preset; a place that must be named is the only one there is, or the first. */
function prefilled(preset: Preset, rule: Rule | null, places: readonly Place[]) {
  const typed = typedOf(preset, rule)
  const needed = preset.parameters.filter(
    ({ required, type }) => required && (type === 'zone' || type === 'line'),
  )
  const more = needed
    .filter(({ name }) => typed[name] === '')
    .map(({ name, type }) => [name, places.find(({ kind }) => kind === type)?.name ?? ''])
  return { ...typed, ...Object.fromEntries(more) }
}
