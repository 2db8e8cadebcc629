import type { RefObject } from 'preact'
import { cameraGroups, cameras } from '../api/cameras.ts'
import { Button } from '../pieces/button.tsx'
import { wordFor } from '../text/words.ts'
import { type AlertFilter, changeFilter, spansMs } from './alert-filter.ts'
import { text } from './text.ts'

interface FilterBarProps {
  readonly filter: AlertFilter
  readonly onFilter: (filter: AlertFilter) => void
  /** Labels and rules of the alerts that have come so far. */
  readonly labels: readonly string[]
  readonly rules: readonly string[]
  readonly first: RefObject<HTMLSelectElement>
}

/** What the list shows, one choice a field. */
export function FilterBar({ filter, onFilter, labels, rules, first }: FilterBarProps) {
  const t = text.value
  const change = (part: Parameters<typeof changeFilter>[1]) => onFilter(changeFilter(filter, part))
  const groups = [...cameraGroups.value.keys()]
  const ids = cameras.value.map(({ id }) => id)
  const pick = <K extends keyof AlertFilter>(field: K, choices: readonly (readonly [string, string])[]) => (
    <Pick
      label={t[field as 'camera']}
      value={filter[field]}
      choices={choices}
      {...(field === 'camera' ? { element: first } : {})}
      onValue={(value) => change({ [field]: value })}
    />
  )
  const plain = (values: readonly string[], now: string | undefined) =>
    [...new Set([...values, ...(now === undefined ? [] : [now])])].sort().map((name) => [name, name] as const)
  const span =
    filter.span ?? (filter.since !== undefined || filter.until !== undefined ? 'between' : undefined)
  return (
    <form class="filters" aria-label={t.filters} onSubmit={(event) => event.preventDefault()}>
      {pick('camera', plain(ids, filter.camera))}
      {(groups.length > 0 || filter.group !== undefined) && pick('group', plain(groups, filter.group))}
      {pick(
        'label',
        plain(labels, filter.label).map(([name]) => [name, wordFor(name)]),
      )}
      {pick('rule', plain(rules, filter.rule))}
      {pick(
        'severity',
        (['critical', 'warning', 'info'] as const).map((name) => [name, t[name]]),
      )}
      {pick(
        'state',
        (['open', 'ended'] as const).map((name) => [name, t[name]]),
      )}
      {pick(
        'reviewed',
        (['yes', 'no'] as const).map((name) => [name, t[name]]),
      )}
      <Pick
        label={t.time}
        value={span}
        choices={[
          ...Object.keys(spansMs).map((name) => [name, t[name as keyof typeof spansMs]] as const),
          ['between', t.between] as const,
        ]}
        onValue={(value) =>
          change(
            value === 'between'
              ? { span: null, since: new Date(Date.now() - spansMs.day).toISOString() }
              : { span: value as keyof typeof spansMs | null, since: null, until: null },
          )
        }
      />
      {span === 'between' &&
        (['since', 'until'] as const).map((field) => (
          <label key={field} class="filter">
            <span>{t[field]}</span>
            <input
              type="datetime-local"
              value={localTime(filter[field])}
              onChange={({ currentTarget: { value } }) =>
                change({ [field]: value === '' ? null : new Date(value).toISOString() })
              }
            />
          </label>
        ))}
      {Object.keys(filter).length > 0 && (
        <Button kind="quiet" icon="cross" onClick={() => onFilter({})}>
          {t.clear}
        </Button>
      )}
    </form>
  )
}

function Pick(props: {
  label: string
  value: string | undefined
  choices: readonly (readonly [value: string, shown: string])[]
  onValue: (value: string | null) => void
  element?: RefObject<HTMLSelectElement>
}) {
  const { label, value, choices, onValue, element } = props
  return (
    <label class={value === undefined ? 'filter' : 'filter is-set'}>
      <span>{label}</span>
      <select
        ref={element ?? null}
        value={value ?? ''}
        onChange={({ currentTarget }) => onValue(currentTarget.value || null)}
      >
        <option value="">{text.value.any}</option>
        {choices.map(([name, shown]) => (
          <option key={name} value={name}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  )
}

/** As a field for day and time wants it: of this place, to the minute. */
function localTime(iso: string | undefined): string {
  if (iso === undefined) return ''
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
