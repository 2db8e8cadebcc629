import { WrongValue } from './wrong-value.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const mostMs = 24 * 3_600_000

/** Reads a length of time such as 90s, 2.5m or 1h, in milliseconds. */
export function length(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)$/.exec(text) ?? []
  const ms = Number(digits) * (unitMs[unit] ?? Number.NaN)
  if (ms <= mostMs) return ms
  throw new WrongValue('give a length such as 90s, 2.5m or 1h, at most 24h')
}
