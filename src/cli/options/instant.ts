import { WrongValue } from './wrong-value.ts'

/** Reads a moment by the clock, such as 2026-05-01T08:00:00Z, in ms since 1970. */
export function instant(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}(T|$)/.test(text) ? Date.parse(text) : Number.NaN
  if (ms >= 0) return ms
  throw new WrongValue('a time such as 2026-05-01T08:00:00Z')
}
