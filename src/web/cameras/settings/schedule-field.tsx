import { Button } from '../../pieces/button.tsx'
import { TextField } from '../../pieces/field.tsx'
import type { Window } from '../camera-fields.ts'
import { toggled, weekdays } from './schedule-window.ts'
import { text } from './text.ts'

/** Parts of the week: days, and from when to when; none means what `none` says. */
export function ScheduleField(props: {
  label: string
  none: string
  value: readonly Window[] | null
  onValue: (value: readonly Window[] | null) => void
  problem?: string
}) {
  const { label, none, value, onValue, problem } = props
  const t = text.value
  const windows = value ?? []
  const put = (at: number, window: Window) =>
    onValue(windows.map((each, index) => (index === at ? window : each)))
  const drop = (at: number) => {
    const left = windows.filter((_, index) => index !== at)
    onValue(left.length === 0 ? null : left)
  }
  return (
    <fieldset class="schedule">
      <legend>{label}</legend>
      {windows.length === 0 && <p class="soft">{none}</p>}
      {windows.map((window, at) => (
        <div key={at} class="schedule-window">
          <div class="schedule-days">
            {weekdays.map((day) => {
              const on = window.days?.includes(day) ?? true
              return (
                <label key={day} class="day">
                  <input type="checkbox" checked={on} onChange={() => put(at, toggled(window, day))} />
                  {t.days[day]}
                </label>
              )
            })}
          </div>
          <TextField
            label={t.from}
            type="time"
            value={window.from ?? '00:00'}
            onValue={(from) => put(at, { ...window, from })}
          />
          <TextField
            label={t.to}
            type="time"
            value={window.to === undefined || window.to === '24:00' ? '00:00' : window.to}
            onValue={(to) => put(at, { ...window, to: to === '00:00' ? '24:00' : to })}
          />
          <Button kind="quiet" icon="trash" label={t.removeWindow} onClick={() => drop(at)} />
        </div>
      ))}
      {problem && <p class="field-problem">{problem}</p>}
      <Button icon="plus" onClick={() => onValue([...windows, { from: '22:00', to: '06:00' }])}>
        {t.addWindow}
      </Button>
    </fieldset>
  )
}
