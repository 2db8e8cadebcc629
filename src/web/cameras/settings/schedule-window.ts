import type { Window } from '../camera-fields.ts'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** A window with one day more or less; all days are written as none. */
export function toggled(window: Window, day: string): Window {
  const days = weekdays.filter((each) => (window.days?.includes(each) ?? true) !== (each === day))
  const { days: _before, ...rest } = window
  return days.length === 7 || days.length === 0 ? rest : { ...rest, days }
}
