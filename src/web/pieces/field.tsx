import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'

/** A label, what it labels, a hint, and what is wrong with it. The child gets the ids that tie them together. */
export function Field(props: {
  label: string
  hint?: string
  problem?: string
  children: (tie: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ComponentChildren
}) {
  const { label, hint, problem, children } = props
  const id = useId()
  const said = problem ?? hint
  const about = said === undefined ? {} : { 'aria-describedby': `${id}-said` }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, ...about, ...(problem === undefined ? {} : { 'aria-invalid': true as const }) })}
      {said !== undefined && (
        <p id={`${id}-said`} class={problem === undefined ? 'field-hint' : 'field-problem'}>
          {said}
        </p>
      )}
    </div>
  )
}

/** A field that takes one line. */
export function TextField(
  props: {
    label: string
    value: string
    onValue: (value: string) => void
    hint?: string
    problem?: string
  } & Pick<
    JSX.InputHTMLAttributes<HTMLInputElement>,
    | 'type'
    | 'placeholder'
    | 'autocomplete'
    | 'autocapitalize'
    | 'autofocus'
    | 'spellcheck'
    | 'required'
    | 'disabled'
    | 'min'
    | 'max'
    | 'step'
    | 'inputMode'
  >,
) {
  const { label, value, onValue, hint, problem, ...rest } = props
  const about = { ...(hint === undefined ? {} : { hint }), ...(problem === undefined ? {} : { problem }) }
  return (
    <Field label={label} {...about}>
      {(tie) => (
        <input {...rest} {...tie} value={value} onInput={(event) => onValue(event.currentTarget.value)} />
      )}
    </Field>
  )
}

export interface Choice<T extends string> {
  readonly value: T
  readonly label: string
}

/** A field with a few choices. */
export function SelectField<T extends string>(props: {
  label: string
  value: T
  choices: readonly Choice<T>[]
  onValue: (value: T) => void
  hint?: string
  disabled?: boolean
}) {
  const { label, value, choices, onValue, hint, disabled = false } = props
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {(tie) => (
        <select
          {...tie}
          value={value}
          disabled={disabled}
          onChange={(event) => onValue(event.currentTarget.value as T)}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
