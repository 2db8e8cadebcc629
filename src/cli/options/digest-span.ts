import { AppError } from '../../core/errors.ts'
import { localDay, localTime } from '../../record/digest/local-time.ts'
import { sinceMs } from './since-ms.ts'
import { WrongValue } from './wrong-value.ts'

export interface SpanOptions {
  readonly day?: string
  readonly since?: string
  readonly until?: string
}

/**
 * The time that a digest is about, and what its file is called unless somebody says: a day of the time zone, or from
 * one moment to another; the last 24 hours when nothing is said.
 *
 * @throws AppError API_BAD_REQUEST
 */
export function digestSpan(
  { day, since, until }: SpanOptions,
  timeZone: string,
  nowMs: number,
): { fromMs: number; toMs: number; name: string } {
  if (day !== undefined) {
    if (since !== undefined || until !== undefined)
      throw new AppError('API_BAD_REQUEST', '--day does not go with --since or --until')
    return namedDay(day, timeZone, nowMs)
  }
  const toMs = until === undefined ? nowMs : sinceMs(until, nowMs, { timeZone, option: '--until' })
  const fromMs = since === undefined ? toMs - 86_400_000 : sinceMs(since, nowMs, { timeZone })
  if (fromMs >= toMs) throw new AppError('API_BAD_REQUEST', '--since must be before --until')
  const stamp = (ms: number) => localTime(timeZone, ms).slice(0, 16).replace(' ', 'T').replace(':', '-')
  return { fromMs, toMs, name: `digest-${stamp(fromMs)}--${stamp(toMs)}.mp4` }
}

const dayText = 'give a day such as 2026-05-01, today or yesterday'

/** Reads the text of a day. When that is, is known with the time zone (`digestSpan`). */
export function day(text: string): string {
  if (['today', 'yesterday'].includes(text) || (localDay('UTC', text)?.fromMs ?? -1) >= 0) return text
  throw new WrongValue(dayText)
}

function namedDay(text: string, timeZone: string, nowMs: number) {
  const today = localTime(timeZone, nowMs).slice(0, 10)
  const before = new Date(Date.parse(`${today}T00:00:00Z`) - 1).toISOString().slice(0, 10)
  const named = text === 'today' ? today : text === 'yesterday' ? before : text
  const span = localDay(timeZone, named)
  if (!span) throw new AppError('API_BAD_REQUEST', `--day ${text}: ${dayText}`)
  return { ...span, toMs: Math.min(span.toMs, Math.max(nowMs, span.fromMs + 1)), name: `digest-${named}.mp4` }
}
