import type { ErrorCode } from '../../core/errors.ts'
import { backOffMs } from '../../core/time/back-off.ts'

const firstMs = 250
const mostMs = 10_000
/** Cameras lock an account after a few wrong passwords; these waits stay far under what is common. */
const refusedMs = 60_000

/**
 * How long to wait before the next connection: doubles from 250 ms to 10 s, of which a random share between half
 * and all is taken, so that cameras behind one switch do not come back in step.
 *
 * @param attempt connections that failed since the camera was last live, from 1.
 * @param random in [0, 1).
 */
export function reconnectDelayMs(attempt: number, code: ErrorCode | null, random: () => number): number {
  if (code === 'CAMERA_UNAUTHORIZED') return backOffMs(1, { firstMs: refusedMs, mostMs: refusedMs, random })
  return backOffMs(attempt, { firstMs, mostMs, random })
}
