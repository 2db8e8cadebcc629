import { AppError } from '../../core/errors.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A length from text such as 90s, 2.5m or 1h. @throws AppError API_BAD_REQUEST naming the option */
export function durationMs(option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  if (number === undefined || unit === undefined)
    throw new AppError('API_BAD_REQUEST', `${option} ${text}: give a length such as 90s, 2.5m or 1h`)
  return Number(number) * unitMs[unit]!
}
