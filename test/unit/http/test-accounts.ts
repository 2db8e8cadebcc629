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
): Access & { readonly tick: (ms: number) => void } {
  let nowMs = Date.parse('2026-03-14T02:00:00Z')
  const clock = { nowMs: () => nowMs, monoMs: () => nowMs, after: () => () => {} }
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
  })
}
