import { useId } from 'preact/hooks'
import { type Choice, SelectField, TextField } from '../../pieces/field.tsx'
import type { Place } from '../places/place.ts'
import { type Parameter, type ParameterProblem, type Presets, typedValue } from './rule.ts'
import { text } from './text.ts'

/** The field of one parameter, made from what the server says that it is. */
export function ParameterField(props: {
  parameter: Parameter
  value: string
  places: readonly Place[]
  /** The line that is named beside it: its sides are choices. */
  line: Place | undefined
  presets: Presets
  /** What is wrong with the value; what is only not yet given is told when it was tried. */
  problem: ParameterProblem | null
  tried: boolean
  onValue: (value: string) => void
}) {
  const { parameter, value, places, line, presets, tried, onValue } = props
  const t = text.value
  const list = useId()
  const { name, type, unit, required, least, most, step } = parameter
  const label = `${t.parameters[name as keyof typeof t.parameters] ?? name}${unit === undefined ? '' : ` (${t.units[unit as keyof typeof t.units] ?? unit})`}`
  const found = props.problem
  const problem = found !== null && (tried || found !== 'required') ? { problem: t.problems[found] } : {}
  const usual = typedValue(parameter.default)
  const hint = usual === '' ? {} : { hint: t.usually(usual) }
  if (type === 'zone' || type === 'line' || type === 'side' || type === 'direction') {
    const choices = choicesOf(type, places, line)
    const known = value === '' || choices.some((choice) => choice.value === value)
    return (
      <>
        <SelectField
          label={label}
          value={value}
          choices={[
            { value: '', label: required ? t.choose : type === 'side' ? t.eitherSide : t.wholePicture },
            ...choices,
            ...(known ? [] : [{ value, label: value }]),
          ]}
          onValue={onValue}
        />
        {'problem' in problem && (
          <p class="field-problem">
            {type === 'direction' || choices.length > 0 ? problem.problem : t.drawFirst}
          </p>
        )}
      </>
    )
  }
  const names =
    type === 'action' ? presets.actions : type === 'object' || type === 'objects' ? presets.objects : []
  const numeric = type === 'number' || type === 'integer'
  return (
    <>
      <TextField
        label={label}
        value={value}
        {...hint}
        {...problem}
        {...(numeric ? { type: 'number', min: least, max: most, step: step ?? 'any' } : {})}
        {...(names.length > 0 ? { list } : {})}
        onValue={onValue}
      />
      {names.length > 0 && (
        <datalist id={list}>
          {names.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
    </>
  )
}

function choicesOf(
  type: string,
  places: readonly Place[],
  line: Place | undefined,
): readonly Choice<string>[] {
  const t = text.value
  if (type === 'direction')
    return (['left', 'right', 'up', 'down'] as const).map((value) => ({ value, label: t.directions[value] }))
  if (type === 'side')
    return line ? [line.left ?? 'left', line.right ?? 'right'].map((value) => ({ value, label: value })) : []
  return places.filter(({ kind }) => kind === type).map(({ name }) => ({ value: name, label: name }))
}
