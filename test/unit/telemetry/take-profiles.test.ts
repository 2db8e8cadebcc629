import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { createProfiles, profileMs } from '../../../src/telemetry/take-profiles.ts'
import { tempDir } from '../../support/temp-dir.ts'

/** A clock that stands still until a timer is let go. */
function still() {
  const timers: { delayMs: number; fn: () => void }[] = []
  const clock = {
    nowMs: () => Date.UTC(2026, 4, 1, 8),
    monoMs: () => 0,
    after(delayMs: number, fn: () => void) {
      timers.push({ delayMs, fn })
      return () => {}
    },
  }
  return { clock, timers }
}
const told = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() })

describe('profiles on a signal', () => {
  it('are of the engine itself: functions and their times, and what is in memory', async () => {
    const dir = join(tempDir(), 'data', 'profiles')
    const { clock, timers } = still()
    const profiles = createProfiles({ dir, clock, log: told() })
    const taken = profiles.take()
    await vi.waitFor(() => expect(timers).toHaveLength(1))
    expect(timers[0]!.delayMs).toBe(profileMs)
    timers[0]!.fn()
    await taken
    const files = readdirSync(dir).sort()
    expect(files).toEqual(['2026-05-01T08-00-00.000Z.cpuprofile', '2026-05-01T08-00-00.000Z.heapsnapshot'])
    for (const file of files) expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    expect(JSON.parse(readFileSync(join(dir, files[0]!), 'utf8'))).toHaveProperty('nodes')
    expect(readFileSync(join(dir, files[1]!), 'utf8').slice(0, 20)).toContain('snapshot')
  }, 30_000)

  const engine = () => ({
    cpuProfile: vi.fn(async (over: Promise<unknown>) => {
      await over
      return '{}'
    }),
    heapSnapshot: vi.fn(() => Readable.from(['{}'])),
  })

  it('are never two at once, and can be had again afterwards', async () => {
    const dir = tempDir()
    const { clock, timers } = still()
    const [log, made] = [told(), engine()]
    const profiles = createProfiles({ dir, clock, log, engine: made })
    const first = profiles.take()
    await profiles.take()
    expect(log.warn).toHaveBeenCalledOnce()
    await vi.waitFor(() => expect(timers).toHaveLength(1))
    timers[0]!.fn()
    await first
    expect(made.cpuProfile).toHaveBeenCalledOnce()
    const second = profiles.take()
    await vi.waitFor(() => expect(timers).toHaveLength(2))
    expect(made.cpuProfile).toHaveBeenCalledTimes(2)
    await profiles.close()
    await second
  })

  it('are given up when the process stops, without a file that is not whole', async () => {
    const dir = tempDir()
    const { clock, timers } = still()
    const made = engine()
    const profiles = createProfiles({ dir, clock, log: told(), engine: made })
    const taken = profiles.take()
    await vi.waitFor(() => expect(timers).toHaveLength(1))
    await profiles.close()
    await taken
    expect(readdirSync(dir)).toEqual([])
    expect(made.heapSnapshot).not.toHaveBeenCalled()
  })

  it('that cannot be written are told in the log, and end nothing', async () => {
    const dir = join(tempDir(), 'file')
    writeFileSync(dir, '')
    const log = told()
    await createProfiles({ dir, clock: still().clock, log, engine: engine() }).take()
    expect(log.error).toHaveBeenCalledExactlyOnceWith(
      { code: 'STORE_FILE', dir },
      expect.stringContaining('no profile could be written'),
    )
    expect(existsSync(join(dir, 'x'))).toBe(false)
  })
})
