import { loadConfigToRead } from '../../config/load-to-read.ts'
import { AppError } from '../../core/errors.ts'
import { localDay, utcOffsetMs } from '../../record/digest/local-time.ts'
import { timeZoneOf } from './time-zone.ts'
import { WrongValue } from './wrong-value.ts'

const unitMs: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 }
const ago = /^(\d{1,9})([smhd])$/
const written =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?)?(Z|[+-]\d{2}:\d{2})?$/i

/**
 * A point in time from text: how long ago, a date (its midnight) or a time. Without an offset it is what the clocks of
 * the time zone show, as in `--day`.
 *
 * @throws AppError API_BAD_REQUEST
 */
export function sinceMs(
  text: string,
  nowMs: number,
  { timeZone, option = '--since' }: { timeZone: string; option?: string },
): number {
  const found = timeOf(text, nowMs, timeZone)
  if (found !== null) return found
  throw new AppError(
    'API_BAD_REQUEST',
    `${option} ${text}: give a time such as 2026-05-01, "2026-05-01 08:00" (in ${timeZone}) or 2026-05-01T08:00:00Z, or how long ago: 10m, 2h, 1d`,
  )
}

/** Reads the text of a point in time. When that is, is known with the time zone of the configuration (`sinceMs`). */
export function moment(text: string): string {
  if (timeOf(text, Date.now(), 'UTC') !== null) return text
  throw new WrongValue(
    'give a time such as 2026-05-01, "2026-05-01 08:00" or 2026-05-01T08:00:00Z, or how long ago: 10m, 2h, 1d',
  )
}

/** The same in the time zone of a configuration file; null when nothing is asked for. */
export function sinceOf(configFile: string, text: string | undefined): number | null {
  if (text === undefined) return null
  return sinceMs(text, Date.now(), { timeZone: timeZoneOf(loadConfigToRead(configFile)) })
}

/** Null: the text names no point in time after 1970. */
function timeOf(text: string, nowMs: number, timeZone: string): number | null {
  const [, amount, unit] = ago.exec(text) ?? []
  const ms = amount === undefined ? momentMs(text, timeZone) : nowMs - Number(amount) * unitMs[unit!]!
  return ms !== null && ms >= 0 ? ms : null
}

function momentMs(text: string, timeZone: string): number | null {
  const [, day, hour = '00', minute = '00', second = '00', fraction = '0', offset] = written.exec(text) ?? []
  if (day === undefined || !localDay('UTC', day)) return null
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const timeMs = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000
  const shownMs = Date.parse(`${day}T00:00:00Z`) + timeMs + Number(fraction.padEnd(3, '0'))
  if (offset === undefined) return atClock(shownMs, timeZone)
  if (offset.toUpperCase() === 'Z') return shownMs
  const [hours, minutes] = offset.slice(1).split(':').map(Number) as [number, number]
  if (hours > 14 || minutes > 59) return null
  return shownMs - (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

/** When the clocks there show a time; the offset is asked at a guess and once more where that leads. */
function atClock(shownMs: number, timeZone: string): number {
  const guessMs = shownMs - utcOffsetMs(timeZone, shownMs)
  return shownMs - utcOffsetMs(timeZone, guessMs)
}
