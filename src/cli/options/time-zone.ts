import type { Config } from '../../config/schema.ts'
import { WrongValue } from './wrong-value.ts'

/** Whose clocks a command means: those that were asked for, else `behaviours.timeZone`, else this machine's. */
export function timeZoneOf({ behaviours }: Pick<Config, 'behaviours'>, asked?: string): string {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  return timeZone(asked ?? (behaviours.timeZone === 'UTC' ? own : behaviours.timeZone))
}

/** Reads the name of a time zone. */
export function timeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new WrongValue('give an IANA zone such as Europe/Berlin')
  }
}
