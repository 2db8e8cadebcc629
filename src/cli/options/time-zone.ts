import type { Config } from '../../config/schema.ts'
import { AppError } from '../../core/errors.ts'

/**
 * Whose clocks a command means: those that were asked for, else `behaviours.timeZone`, else this machine's.
 *
 * @throws AppError API_BAD_REQUEST
 */
export function timeZoneOf({ behaviours }: Pick<Config, 'behaviours'>, asked?: string): string {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const zone = asked ?? (behaviours.timeZone === 'UTC' ? own : behaviours.timeZone)
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch (cause) {
    throw new AppError('API_BAD_REQUEST', `--time-zone ${zone}: give an IANA zone such as Europe/Berlin`, {
      cause,
    })
  }
}
