import type { Access } from '../../../src/access/open-access.ts'
import { openAccess } from '../../../src/access/open-access.ts'
import type { Clock } from '../../../src/core/clock.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { tempDir } from '../../support/temp-dir.ts'

/** Hashes that cost nothing. */
export const cheapPasswords = {
  hash: async (password: string) => `hash of ${password}`,
  verify: async (password: string, hash: string | null) => hash === `hash of ${password}`,
}

export const goodPassword = 'correct horse'

/** The real users of an empty data directory, with a clock of the test. */
export function testAccounts(
  options: { dataDir?: string; clock?: Clock } = {},
): Access & { readonly tick: (ms: number) => void; readonly runDue: () => void } {
  let nowMs = Date.parse('2026-03-14T02:00:00Z')
  let due: { readonly atMs: number; readonly fn: () => void }[] = []
  const clock: Clock = {
    nowMs: () => nowMs,
    monoMs: () => nowMs,
    after(delayMs, fn) {
      const timer = { atMs: nowMs + delayMs, fn }
      due.push(timer)
      return () => {
        due = due.filter((each) => each !== timer)
      }
    },
  }
  const access = openAccess({
    dataDir: options.dataDir ?? tempDir('accounts'),
    http: { sessions: { idleHours: 24, mostDays: 30 }, audit: { keepDays: 365 } },
    clock: options.clock ?? clock,
    log: noTelemetry.log,
    passwords: cheapPasswords,
  })
  return Object.assign(access, {
    tick: (ms: number) => {
      nowMs += ms
    },
    runDue() {
      for (const timer of due.filter(({ atMs }) => atMs <= nowMs)) {
        due = due.filter((each) => each !== timer)
        timer.fn()
      }
    },
  })
}
