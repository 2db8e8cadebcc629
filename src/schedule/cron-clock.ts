import { Cron } from 'croner'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'

export interface CronClock {
  /** When it runs next, milliseconds since 1970; null when never. */
  nextMs(): number | null
  close(): void
}

/** Timers of Node hold 24 days; the time is looked at again at least so often, so that a changed clock does no harm. */
const longestWaitMs = 3_600_000

/**
 * Calls `run` at the times of a cron expression (five fields, or six with seconds; local time). A run that is still
 * going on when the next is due makes that one be left out.
 *
 * @throws AppError CONFIG_INVALID for an expression that is none
 */
export function createCronClock(options: {
  expression: string
  clock: Clock
  run: () => Promise<void>
}): CronClock {
  const { expression, clock, run } = options
  const cron = parseCron(expression)
  let running = false
  const nextAfter = (ms: number) => cron.nextRun(new Date(ms))?.getTime() ?? null
  let dueMs = nextAfter(clock.nowMs())
  let cancel = () => {}
  const wait = () => {
    if (dueMs === null) return
    cancel = clock.after(Math.min(longestWaitMs, Math.max(0, dueMs - clock.nowMs())), look)
  }
  const look = () => {
    const nowMs = clock.nowMs()
    // A clock that was set back has made an earlier time due.
    const nextMs = nextAfter(nowMs)
    if (dueMs !== null && nextMs !== null) dueMs = Math.min(dueMs, nextMs)
    if (dueMs !== null && nowMs >= dueMs) {
      dueMs = nextMs
      if (!running) {
        running = true
        void run().finally(() => {
          running = false
        })
      }
    }
    wait()
  }
  wait()
  return {
    nextMs: () => dueMs,
    close: () => cancel(),
  }
}

/** @throws AppError CONFIG_INVALID */
export function parseCron(expression: string): Cron {
  try {
    return new Cron(expression, { paused: true })
  } catch (cause) {
    throw new AppError(
      'CONFIG_INVALID',
      `"${expression}" is no cron expression (minute hour day month weekday, such as "0 3 * * 0"): ${(cause as Error).message}`,
      { cause },
    )
  }
}
