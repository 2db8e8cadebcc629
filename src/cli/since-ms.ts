import { AppError } from '../core/errors.ts'

const unitMs: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 }

/** A point in time from text: a time, or how long ago. @throws AppError API_BAD_REQUEST */
export function sinceMs(text: string, nowMs: number, option = '--since'): number {
  const ago = /^(\d+)([smhd])$/.exec(text)
  if (ago) return nowMs - Number(ago[1]) * unitMs[ago[2]!]!
  const time = Date.parse(text)
  if (Number.isNaN(time))
    throw new AppError(
      'API_BAD_REQUEST',
      `${option} ${text}: give a time such as 2026-05-01T08:00:00Z, or 10m, 2h, 1d`,
    )
  return time
}
