import { describe, expect, it } from 'vitest'
import type { AlertStep } from '../../../src/core/alert.ts'
import type { CameraStatus } from '../../../src/core/camera-status.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { OutboxEvent } from '../../../src/core/events.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { createEventIntake } from '../../../src/event/event-intake.ts'

const step = (seq: number) => ({ alertId: 'a', cameraId: 'gate', seq }) as AlertStep
const status = { cameraId: 'gate', state: 'live' } as CameraStatus

function setUp() {
  const stored: string[] = []
  const timers: (() => void)[] = []
  const drops: Record<string, number> = {}
  const state = { refuse: null as AppError | null, wakes: 0 }
  const refuse = () => {
    if (state.refuse) throw state.refuse
  }
  const intake = createEventIntake({
    store: {
      acceptAlert(alert) {
        refuse()
        stored.push(`alert ${alert.seq}`)
        return {} as OutboxEvent
      },
      acceptStatus(camera) {
        refuse()
        stored.push(`status ${camera.state}`)
        return {} as OutboxEvent
      },
      acceptClip(clip) {
        refuse()
        stored.push(`clip ${clip.alertId}`)
        return {} as OutboxEvent
      },
      acceptClipUnavailable({ alertId, reason }) {
        refuse()
        stored.push(`unavailable ${alertId} ${reason}`)
        return {} as OutboxEvent
      },
      acceptClipRemoved({ alertId, reason }) {
        refuse()
        stored.push(`removed ${alertId} ${reason}`)
        return {} as OutboxEvent
      },
    },
    wake: () => {
      state.wakes += 1
    },
    clock: {
      nowMs: () => 0,
      monoMs: () => 0,
      after(_delayMs, fn) {
        timers.push(fn)
        return () => timers.splice(timers.indexOf(fn), 1)
      },
    },
    telemetry: {
      ...noTelemetry,
      count: (_metric, { reason }: Record<string, string>, by = 1) => {
        drops[reason!] = (drops[reason!] ?? 0) + by
      },
    },
  })
  return { intake, stored, timers, drops, state }
}

const diskFull = new AppError('STORE_WRITE', 'the disk is full')

describe('event intake', () => {
  it('stores at once, then wakes the sender', () => {
    const { intake, stored, state } = setUp()
    const accepted: number[] = []
    intake.alert(step(0), () => accepted.push(0))
    intake.status(status)
    expect(stored).toEqual(['alert 0', 'status live'])
    expect(accepted).toEqual([0])
    expect(state.wakes).toBe(2)
  })

  it('keeps the order and loses nothing while the disk is full', () => {
    const { intake, stored, timers, state } = setUp()
    const accepted: number[] = []
    state.refuse = diskFull
    for (let seq = 0; seq < 5; seq += 1) intake.alert(step(seq), () => accepted.push(seq))
    expect(intake.waiting()).toBe(5)
    expect(accepted).toEqual([])
    timers.shift()!()
    expect(timers).toHaveLength(1)
    state.refuse = null
    intake.alert(step(5))
    timers.shift()!()
    expect(stored).toEqual([0, 1, 2, 3, 4, 5].map((seq) => `alert ${seq}`))
    expect(accepted).toEqual([0, 1, 2, 3, 4])
    expect(intake.waiting()).toBe(0)
  })

  it.each(['STORE_GONE', 'STORE_DAMAGED', 'STORE_OPEN', 'STORE_WRITE'] as const)(
    'keeps all while the store says %s, and says so',
    (code) => {
      const { intake, stored, timers, drops, state } = setUp()
      expect(intake.refusal()).toBeNull()
      state.refuse = new AppError(code, 'not now')
      intake.alert(step(0))
      intake.alert(step(1))
      timers.shift()!()
      expect(intake.refusal()?.code).toBe(code)
      expect(intake.waiting()).toBe(2)
      state.refuse = null
      timers.shift()!()
      expect(intake.refusal()).toBeNull()
      expect(stored).toEqual(['alert 0', 'alert 1'])
      expect(drops).toEqual({})
    },
  )

  it('is bounded and counts what it sheds', () => {
    const { intake, drops, state } = setUp()
    state.refuse = diskFull
    for (let seq = 0; seq < 10_003; seq += 1) intake.alert(step(seq))
    expect(intake.waiting()).toBe(10_000)
    expect(drops).toEqual({ store_refuses: 3 })
  })

  it('does not let one event that can never be stored block the others', () => {
    const { intake, stored, drops, state } = setUp()
    state.refuse = new AppError('EVENT_INVALID', 'no such field')
    intake.alert(step(0))
    state.refuse = null
    intake.alert(step(1))
    expect(stored).toEqual(['alert 1'])
    expect(drops).toEqual({ EVENT_INVALID: 1 })
  })

  it('takes what a listener brings, and outlives one that fails', () => {
    const { intake, stored, drops } = setUp()
    intake.alert(step(0), () => intake.alert(step(1), () => intake.status(status)))
    intake.alert(step(2), () => {
      throw new Error('listener')
    })
    intake.alert(step(3))
    expect(stored).toEqual(['alert 0', 'alert 1', 'status live', 'alert 2', 'alert 3'])
    expect(intake.waiting()).toBe(0)
    expect(drops).toEqual({})
  })

  it('tries once more at the end and counts what is lost', () => {
    const { intake, stored, drops, state, timers } = setUp()
    state.refuse = diskFull
    intake.alert(step(0))
    state.refuse = null
    intake.close()
    expect(stored).toEqual(['alert 0'])
    state.refuse = diskFull
    intake.alert(step(1))
    intake.close()
    expect(drops).toEqual({ shutdown: 1 })
    expect(timers).toEqual([])
  })
})
