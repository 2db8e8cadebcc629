import type { Clock } from '../clock.ts'
import type { Telemetry } from '../telemetry-port.ts'

/** What outlives the process. */
export interface ClockMemory {
  /** Wall clock when it was last believed, milliseconds since the Unix epoch. */
  readonly wallMs: number
  /** Jumps ahead that were believed in the end: when (on the clock after it), and by how much. */
  readonly jumps: readonly { readonly atMs: number; readonly byMs: number }[]
}

export interface SteadyClockOptions {
  readonly clock: Clock
  readonly memory: { load(): ClockMemory | null; save(memory: ClockMemory): void }
  /** Whether somebody says that the clock is right; asked while that is in doubt. */
  readonly confirmed: () => boolean
  readonly telemetry: Telemetry
}

/** A clock by which old things may be removed. */
export interface SteadyClock extends Clock {
  /**
   * The wall clock as it goes on without jumps: one of more than a day is not believed for an hour, or until somebody
   * confirms it.
   */
  nowMs(): number
  /** The moment `keepMs` ago, and earlier by all that the clock jumped ahead since: for what must not go by a jump. */
  sinceMs(keepMs: number): number
}

const dayMs = 86_400_000
const doubtMs = 3_600_000
const saveEveryMs = 600_000

/**
 * A wrong answer from NTP, a dead battery or a mistyped `date` moves the wall clock by days in an instant; everything
 * would be too old at once, and be gone before the clock is right again. The monotonic clock tells: the distance between
 * both changes only when one of them is set. Across a restart the last believed time is kept.
 */
export function createSteadyClock(options: SteadyClockOptions): SteadyClock {
  const { clock, memory, confirmed, telemetry } = options
  const known = memory.load()
  let jumps = [...(known?.jumps ?? [])]
  /** Wall clock less monotonic clock, as believed. */
  let offsetMs = known ? known.wallMs - clock.monoMs() : clock.nowMs() - clock.monoMs()
  let doubt: { readonly offsetMs: number; readonly sinceMonoMs: number } | null = null
  let savedMonoMs = Number.NEGATIVE_INFINITY

  const believe = (nextMs: number) => {
    const byMs = nextMs - offsetMs
    offsetMs = nextMs
    doubt = null
    telemetry.gauge('vireo_record_clock_doubt', {}, 0)
    if (byMs > dayMs) {
      jumps = [...jumps, { atMs: clock.nowMs(), byMs }].slice(-100)
      savedMonoMs = Number.NEGATIVE_INFINITY
    }
  }
  const look = () => {
    const monoMs = clock.monoMs()
    const nowOffsetMs = clock.nowMs() - monoMs
    const isNear = (otherMs: number) => Math.abs(nowOffsetMs - otherMs) <= dayMs
    if (isNear(offsetMs)) {
      if (doubt) telemetry.log.info({}, 'the clock of the machine is back where it was')
      believe(nowOffsetMs)
    } else if (!doubt || !isNear(doubt.offsetMs)) {
      doubt = { offsetMs: nowOffsetMs, sinceMonoMs: monoMs }
      telemetry.gauge('vireo_record_clock_doubt', {}, 1)
      const days = Math.round(((nowOffsetMs - offsetMs) / dayMs) * 10) / 10
      telemetry.log.warn(
        { code: 'STORE_CLOCK', days },
        `the clock of the machine moved by ${days} days otherwise than time: nothing is removed by that clock for an hour, or until "vireo retention sweep"`,
      )
    }
    if (doubt && (monoMs - doubt.sinceMonoMs >= doubtMs || confirmed())) {
      telemetry.log.warn({ code: 'STORE_CLOCK' }, 'the clock of the machine is believed now')
      believe(nowOffsetMs)
    }
    if (!doubt && monoMs - savedMonoMs >= saveEveryMs) {
      savedMonoMs = monoMs
      memory.save({ wallMs: clock.nowMs(), jumps })
    }
    return offsetMs + monoMs
  }

  return {
    nowMs: look,
    monoMs: () => clock.monoMs(),
    after: (delayMs, fn) => clock.after(delayMs, fn),
    sinceMs(keepMs) {
      const fromMs = look() - keepMs
      const jumpedMs = jumps.filter(({ atMs }) => atMs >= fromMs).reduce((sum, { byMs }) => sum + byMs, 0)
      return fromMs - jumpedMs
    },
  }
}
