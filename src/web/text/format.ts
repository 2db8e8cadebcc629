import { language, localeOf } from './language.ts'

const locale = () => localeOf[language.value]
const made = new Map<string, unknown>()

/** Formatters are dear to make: each is made once. */
function once<T>(name: string, make: (locale: string) => T): T {
  const key = `${locale()} ${name}`
  if (!made.has(key)) made.set(key, make(locale()))
  return made.get(key) as T
}

/** A number as the language writes it. */
export function formatNumber(value: number, digits = 0): string {
  const options = { maximumFractionDigits: digits, minimumFractionDigits: digits }
  return once(`number ${digits}`, (name) => new Intl.NumberFormat(name, options)).format(value)
}

/** A share of one, as percents. */
export function formatPercent(share: number, digits = 0): string {
  const options = { style: 'percent', maximumFractionDigits: digits } as const
  return once(`percent ${digits}`, (name) => new Intl.NumberFormat(name, options)).format(share)
}

/** Day and time, to the second. */
export function formatDateTime(at: number | string): string {
  const options = { dateStyle: 'medium', timeStyle: 'medium' } as const
  return once('dateTime', (name) => new Intl.DateTimeFormat(name, options)).format(new Date(at))
}

/** When something was, where there is little room: the time alone for today, day and time before. */
export function formatShortTime(at: number | string, nowMs: number): string {
  const day = new Date(at)
  if (day.toDateString() === new Date(nowMs).toDateString()) return formatTime(at)
  const options = {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(day.getFullYear() === new Date(nowMs).getFullYear() ? {} : { year: 'numeric' as const }),
  } as const
  const name = 'year' in options ? 'shortYear' : 'short'
  return once(name, (locale) => new Intl.DateTimeFormat(locale, options)).format(day)
}

export function formatDate(at: number | string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const
  return once('date', (name) => new Intl.DateTimeFormat(name, options)).format(new Date(at))
}

/** The time of a day, to the second. */
export function formatTime(at: number | string): string {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
  return once('time', (name) => new Intl.DateTimeFormat(name, options)).format(new Date(at))
}

/** Seconds and minutes as players show them: 0:07, 12:31, 1:02:03. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

const steps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** How long ago, or until when: "3 minutes ago". */
export function formatRelative(at: number | string, nowMs: number): string {
  const gapMs = new Date(at).getTime() - nowMs
  const [unit, lengthMs] = steps.find(([, length]) => Math.abs(gapMs) >= length) ?? steps[3]
  const options = { numeric: 'auto' } as const
  const format = once('relative', (name) => new Intl.RelativeTimeFormat(name, options))
  return format.format(Math.trunc(gapMs / lengthMs), unit)
}

const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** A size in the largest unit of which there is one. */
export function formatBytes(bytes: number): string {
  const power = Math.min(sizes.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  const options = {
    style: 'unit',
    unit: sizes[power]!,
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  } as const
  return once(`bytes ${power} ${value < 10}`, (name) => new Intl.NumberFormat(name, options)).format(value)
}
