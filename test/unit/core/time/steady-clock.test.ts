import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClockMemory, createSteadyClock } from '../../../../src/core/time/steady-clock.ts'
import { countingTelemetry } from '../../record/sample-fragments.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const beginMs = Date.UTC(2026, 6, 1)

function machine(memory: ClockMemory | null = null) {
  const { telemetry, logs } = countingTelemetry()
  let monoMs = 5000
  let wallMs = beginMs
  let saved = memory
  let confirmed = false
  const start = () =>
    createSteadyClock({
      clock: { nowMs: () => wallMs, monoMs: () => monoMs, after: () => () => {} },
      memory: {
        load: () => saved,
        save: (next) => {
          saved = next
        },
      },
      confirmed: () => confirmed,
      telemetry,
    })
  return {
    start,
    logs,
    wall: () => wallMs,
    pass(ms: number) {
      monoMs += ms
      wallMs += ms
    },
    set(byMs: number) {
      wallMs += byMs
    },
    confirm() {
      confirmed = true
    },
    reboot() {
      monoMs = 0
    },
  }
}

describe('steady clock', () => {
  it('is the wall clock, also when that is set by hours', () => {
    const one = machine()
    const clock = one.start()
    expect(clock.nowMs()).toBe(beginMs)
    for (const byMs of [hourMs, -hourMs, 23 * hourMs, -60_000]) {
      one.pass(1000)
      one.set(byMs)
      expect(clock.nowMs()).toBe(one.wall())
    }
    expect(one.logs).toEqual([])
    expect(clock.sinceMs(dayMs)).toBe(one.wall() - dayMs)
  })

  it.each([40, -40, 365 * 56])(
    'goes on when the wall clock jumps by %d days, for an hour, and says so once',
    (days) => {
      const one = machine()
      const clock = one.start()
      clock.nowMs()
      one.set(days * dayMs)
      for (let minute = 0; minute < 60; minute += 1) {
        expect(clock.nowMs()).toBe(beginMs + minute * 60_000)
        one.pass(60_000)
      }
      expect(one.logs.map(({ level, fields }) => [level, fields.code])).toEqual([['warn', 'STORE_CLOCK']])
      expect(clock.nowMs()).toBe(one.wall())
    },
  )

  it('believes at once what comes back, and what somebody confirms', () => {
    const one = machine()
    const clock = one.start()
    clock.nowMs()
    one.set(40 * dayMs)
    clock.nowMs()
    one.set(-40 * dayMs)
    one.pass(30_000)
    expect(clock.nowMs()).toBe(beginMs + 30_000)
    one.set(40 * dayMs)
    clock.nowMs()
    one.confirm()
    expect(clock.nowMs()).toBe(one.wall())
  })

  it('never lets what is protected grow old by a jump, when the jump is believed and after a restart, too', () => {
    const one = machine()
    const clock = one.start()
    clock.nowMs()
    one.set(40 * dayMs)
    clock.nowMs()
    one.pass(2 * hourMs)
    for (const started of [() => clock, one.start]) {
      const each = started()
      expect(each.nowMs()).toBe(one.wall())
      expect(each.sinceMs(30 * dayMs)).toBeLessThanOrEqual(beginMs - 29 * dayMs)
    }
    one.pass(31 * dayMs)
    expect(clock.sinceMs(30 * dayMs)).toBe(one.wall() - 30 * dayMs)
  })

  it('doubts a clock that jumped while it was off', () => {
    const one = machine()
    one.start().nowMs()
    one.reboot()
    one.set(-365 * dayMs)
    const clock = one.start()
    expect(clock.nowMs()).toBe(beginMs)
    one.set(365 * dayMs)
    one.pass(60_000)
    expect(clock.nowMs()).toBe(one.wall())
  })

  it('lets nothing age by more than the time that passed, and a day, whatever jumps come within an hour', () => {
    const jump = fc.oneof(
      fc.integer({ min: 2 * dayMs, max: 1e12 }),
      fc.integer({ min: -1e12, max: -2 * dayMs }),
    )
    const step = fc.record({ passMs: fc.integer({ min: 0, max: 60_000 }), setMs: jump })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const one = machine()
        const clock = one.start()
        const fromMs = clock.nowMs()
        let passedMs = 0
        for (const { passMs, setMs } of steps) {
          one.pass(passMs)
          passedMs += passMs
          one.set(setMs)
          expect(Math.abs(clock.nowMs() - fromMs - passedMs)).toBeLessThanOrEqual(dayMs)
        }
      }),
    )
  })
})
