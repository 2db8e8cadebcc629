import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { noProgress, type OutboxEvent } from '../../../src/core/events.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { createOutboxSender } from '../../../src/event/outbox-sender.ts'

function setUp() {
  const events: OutboxEvent[] = []
  const calls: string[] = []
  const releases: (() => void)[] = []
  const timers: { delayMs: number; fn: () => void }[] = []
  const state = { sent: 0, tried: 0, fail: 0, hang: false, inFlight: 0, mostInFlight: 0, nowMs: 0 }
  const logged: string[] = []
  const gauges: number[] = []
  const sinces: number[] = []
  const acknowledged: number[] = []
  const aside: string[] = []
  const poison = new Set<number>()
  let broken = false
  const works = () => {
    if (broken) throw new AppError('STORE_WRITE', 'database is not open')
  }
  const add = (count: number) => {
    for (let n = 0; n < count; n += 1)
      events.push({ position: events.length + 1, id: `e${events.length}`, attributes: {} } as OutboxEvent)
  }
  const mute = (position: number) => {
    events[position - 1] = { ...events[position - 1]!, attributes: { muted: 'true' } }
  }
  const sender = createOutboxSender({
    store: {
      pending(_sink, limit) {
        works()
        return events.slice(state.sent, state.sent + limit)
      },
      lag() {
        works()
        return events.length - state.sent
      },
      waitingSinceMs: () => (events.length > state.sent ? 1000 * (state.sent + 1) : null),
      cursor: () => state.sent,
      deadLetters: () => aside.length,
      deadLetter: () => null,
      forgetDeadLetter: () => false,
      noteAttempt: (_sink, position) => {
        works()
        state.tried = Math.max(state.tried, position)
      },
      retract: (_sink, position) => {
        state.tried = Math.max(state.sent, position)
      },
      advance: (_sink, position) => {
        works()
        state.sent = position
      },
      setAside: (_sink, { position }, reason) => {
        works()
        state.sent = position
        aside.push(`${position} ${reason}`)
      },
    },
    publisher: {
      name: 'kafka',
      async publish(batch, progress = noProgress) {
        progress.sending(batch.length)
        state.inFlight += 1
        state.mostInFlight = Math.max(state.mostInFlight, state.inFlight)
        await (state.hang ? new Promise<void>((resolve) => releases.push(resolve)) : turn())
        state.inFlight -= 1
        if (state.fail > 0) {
          state.fail -= 1
          throw new AppError('EVENT_BROKER', 'no broker answers')
        }
        if (batch.some(({ position }) => poison.has(position)))
          throw new AppError('EVENT_REFUSED', 'too large')
        calls.push(`${batch[0]!.position}-${batch.at(-1)!.position}`)
      },
      close: async () => {},
    },
    clock: {
      nowMs: () => 0,
      monoMs: () => state.nowMs,
      after(delayMs, fn) {
        const timer = { delayMs, fn }
        timers.push(timer)
        return () => timers.splice(timers.indexOf(timer), 1)
      },
    },
    random: () => 1,
    telemetry: {
      ...noTelemetry,
      gauge: (metric, _labels, value) => (metric === 'vireo_outbox_pending' ? gauges : sinces).push(value),
      log: {
        ...noTelemetry.log,
        info: (_fields, message) => logged.push(message),
        warn: (_fields, message) => logged.push(message),
      },
    },
    onSent: (batch) => acknowledged.push(batch.length),
  })
  const settle = async () => {
    for (let n = 0; n < 30; n += 1) await turn()
  }
  const breakStore = () => {
    broken = true
  }
  return {
    sender,
    add,
    calls,
    timers,
    state,
    settle,
    logged,
    gauges,
    sinces,
    acknowledged,
    releases,
    breakStore,
    aside,
    poison,
    mute,
  }
}

describe('outbox sender', () => {
  it('sends everything in order, a batch at a time, however often it is woken', async () => {
    const { sender, add, calls, state, settle, gauges, sinces, acknowledged } = setUp()
    add(600)
    sender.wake()
    sender.wake()
    await turn()
    add(3)
    sender.wake()
    await settle()
    expect(calls).toEqual(['1-256', '257-512', '513-603'])
    expect(state.mostInFlight).toBe(1)
    expect(acknowledged).toEqual([256, 256, 91])
    expect([gauges[0], gauges.at(-1)]).toEqual([600, 0])
    expect([sinces[0], sinces.at(-1)]).toEqual([1, 0])
  })

  it('passes over what is muted, wherever it stands, and sends all else', async () => {
    const { sender, add, calls, state, settle, mute } = setUp()
    add(10)
    for (const position of [1, 2, 5, 10]) mute(position)
    sender.wake()
    for (let n = 0; n < 4; n += 1) await settle()
    expect(calls).toEqual(['3-4', '6-9'])
    expect(state.sent).toBe(10)
  })

  it('sets aside only what the receiver will never take, and goes on', async () => {
    const { sender, add, calls, settle, aside, poison, state, timers } = setUp()
    add(600)
    poison.add(3)
    poison.add(256)
    sender.wake()
    for (let n = 0; n < 4; n += 1) await settle()
    expect(aside).toEqual(['3 too large', '256 too large'])
    expect(state.sent).toBe(600)
    expect(timers).toEqual([])
    const sent = calls.flatMap((range) => {
      const [from, to] = range.split('-').map(Number) as [number, number]
      return Array.from({ length: to - from + 1 }, (_, n) => from + n)
    })
    expect(sent).toEqual(Array.from({ length: 600 }, (_, n) => n + 1).filter((n) => n !== 3 && n !== 256))
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

  it('tells what waits and why, while a batch hangs and while one is refused', async () => {
    const { sender, add, state, settle, gauges, releases, timers } = setUp()
    add(2)
    state.hang = true
    sender.wake()
    await settle()
    add(3)
    sender.wake()
    expect(gauges.at(-1)).toBe(5)
    expect(sender.problem()).toBeNull()
    state.fail = 1
    state.hang = false
    releases.shift()!()
    await settle()
    expect(sender.problem()).toMatchObject({ code: 'EVENT_BROKER' })
    timers.shift()!.fn()
    await settle()
    expect([sender.problem(), gauges.at(-1)]).toEqual([null, 0])
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

  it('sends what comes after everything was sent', async () => {
    const { sender, add, calls, settle } = setUp()
    sender.wake()
    await settle()
    add(1)
    sender.wake()
    await settle()
    expect(calls).toEqual(['1-1'])
  })

  it('drains at once, whatever wait is left', async () => {
    const { sender, add, calls, timers, state, settle } = setUp()
    add(1)
    state.fail = 9
    sender.wake()
    for (let n = 0; n < 8; n += 1) {
      await settle()
      timers.shift()!.fn()
    }
    await settle()
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([10_000])
    state.fail = 1
    const drained = sender.drain(5000)
    await settle()
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([5000, 1000])
    timers[1]!.fn()
    await expect(drained).resolves.toBe(true)
    expect(calls).toEqual(['1-1'])
  })

  it('warns of an outage once in 30 seconds, and says when it is over', async () => {
    const { sender, add, timers, state, settle, logged } = setUp()
    const outage = async (fails: number) => {
      add(1)
      state.fail = fails
      sender.wake()
      for (let n = 0; n < fails; n += 1) {
        await settle()
        timers.shift()!.fn()
      }
      await settle()
    }
    await outage(5)
    expect(logged).toEqual(['events wait in the outbox: no broker answers', 'events are sent again'])
    await outage(2)
    expect(logged).toHaveLength(2)
    state.nowMs = 30_000
    await outage(2)
    expect(logged).toHaveLength(4)
  })

  it('lets a batch in flight finish when it is closed, and does not begin another', async () => {
    const { sender, add, timers, state, settle, releases } = setUp()
    add(300)
    state.hang = true
    sender.wake()
    const closed = sender.close()
    releases.shift()!()
    await closed
    await settle()
    expect(state.sent).toBe(256)
    expect(timers).toEqual([])
    await expect(sender.drain(1000)).resolves.toBe(false)
  })

  it('closes without a publisher that does not answer, and bears that the store is closed then', async () => {
    const { sender, add, timers, state, settle, releases, breakStore } = setUp()
    add(1)
    state.hang = true
    sender.wake()
    const closed = sender.close()
    timers.find(({ delayMs }) => delayMs === 2000)!.fn()
    await closed
    breakStore()
    releases.shift()!()
    await settle()
    expect(state.sent).toBe(0)
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
