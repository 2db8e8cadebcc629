import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import type { OutboxEvent } from '../../../src/core/events.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { createOutboxSender } from '../../../src/event/outbox-sender.ts'

function setUp() {
  const events: OutboxEvent[] = []
  const calls: string[] = []
  const timers: { delayMs: number; fn: () => void }[] = []
  const state = { sent: 0, tried: 0, fail: 0, inFlight: 0, mostInFlight: 0 }
  const add = (count: number) => {
    for (let n = 0; n < count; n += 1)
      events.push({ position: events.length + 1, id: `e${events.length}` } as OutboxEvent)
  }
  const sender = createOutboxSender({
    store: {
      pending: (_sink, limit) => events.slice(state.sent, state.sent + limit),
      lag: () => events.length - state.sent,
      cursor: () => state.sent,
      noteAttempt: (_sink, position) => {
        state.tried = position
      },
      advance: (_sink, position) => {
        state.sent = position
      },
    },
    publisher: {
      name: 'kafka',
      async publish(batch) {
        state.inFlight += 1
        state.mostInFlight = Math.max(state.mostInFlight, state.inFlight)
        await turn()
        state.inFlight -= 1
        if (state.fail > 0) {
          state.fail -= 1
          throw new AppError('EVENT_BROKER', 'no broker answers')
        }
        calls.push(`${batch[0]!.position}-${batch.at(-1)!.position}`)
      },
      close: async () => {},
    },
    clock: {
      nowMs: () => 0,
      monoMs: () => 0,
      after(delayMs, fn) {
        const timer = { delayMs, fn }
        timers.push(timer)
        return () => timers.splice(timers.indexOf(timer), 1)
      },
    },
    random: () => 1,
    telemetry: noTelemetry,
  })
  const settle = async () => {
    for (let n = 0; n < 30; n += 1) await turn()
  }
  return { sender, add, calls, timers, state, settle }
}

describe('outbox sender', () => {
  it('sends everything in order, a batch at a time, however often it is woken', async () => {
    const { sender, add, calls, state, settle } = setUp()
    add(600)
    sender.wake()
    sender.wake()
    await turn()
    add(3)
    sender.wake()
    await settle()
    expect(calls).toEqual(['1-256', '257-512', '513-603'])
    expect(state.mostInFlight).toBe(1)
  })

  it('tries a failed batch again, with growing waits, and lets nothing overtake', async () => {
    const { sender, add, calls, timers, state, settle } = setUp()
    add(2)
    state.fail = 7
    sender.wake()
    const waits: number[] = []
    for (let n = 0; n < 7; n += 1) {
      await settle()
      add(1)
      sender.wake()
      await settle()
      const timer = timers.shift()!
      waits.push(timer.delayMs)
      expect(calls).toEqual([])
      timer.fn()
    }
    await settle()
    expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000])
    expect(calls).toEqual(['1-9'])
    expect(state.tried).toBe(9)
  })

  it('drains: true when all was sent, false at the deadline', async () => {
    const { sender, add, timers, state, settle } = setUp()
    add(5)
    await expect(sender.drain(1000)).resolves.toBe(true)
    expect(timers).toEqual([])
    add(1)
    state.fail = 100
    const drained = sender.drain(1000)
    await settle()
    timers.find(({ delayMs }) => delayMs === 1000)!.fn()
    await expect(drained).resolves.toBe(false)
  })

  it('sends nothing after it was closed', async () => {
    const { sender, add, calls, settle } = setUp()
    add(1)
    await sender.close()
    sender.wake()
    await settle()
    expect(calls).toEqual([])
  })
})
