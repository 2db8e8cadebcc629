import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import type { EventPublisher, OutboxEvent } from '../../../src/core/events.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { type EventStore, openEventStore } from '../../../src/event/event-store.ts'
import { createSinks } from '../../../src/event/sinks.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { createFakeClock, settled } from '../infer/fake-clock.ts'

let dataDir: string
let store: EventStore
const time = createFakeClock()
beforeEach(() => {
  dataDir = tempDir('sinks')
  store = openEventStore({ dataDir, source: '/vireo/test', clock: time.clock })
})
afterEach(() => {
  store.close()
})

function receiver(name: string, publish: (events: readonly OutboxEvent[]) => Promise<void> = async () => {}) {
  const got: string[] = []
  let closed = false
  const publisher: EventPublisher = {
    name,
    async publish(events) {
      await publish(events)
      got.push(...events.map(({ id }) => id))
    },
    async close() {
      closed = true
    },
  }
  return { publisher, got, isClosed: () => closed }
}

const accept = (count: number) =>
  Array.from(
    { length: count },
    (_, n) =>
      store.acceptStatus({
        cameraId: 'gate',
        state: 'live',
        reason: '',
        code: null,
        sinceMs: n,
        epoch: n,
        attempt: 0,
        picture: 'ok',
      }).id,
  )

const sinksOf = (...receivers: { publisher: EventPublisher }[]) => {
  const acknowledged: number[] = []
  const sinks = createSinks({
    publishers: receivers.map(({ publisher }) => publisher),
    store,
    clock: time.clock,
    random: () => 1,
    telemetry: noTelemetry,
    onSent: (events) => acknowledged.push(events.length),
  })
  return { sinks, acknowledged }
}

describe('sinks', () => {
  it('lets none wait for another: one is slow, one is down, one gets everything', async () => {
    const never = receiver('slow', () => new Promise(() => {}))
    const down = receiver('down', async () => {
      throw new AppError('EVENT_WEBHOOK', 'answers 500')
    })
    const good = receiver('good')
    const { sinks, acknowledged } = sinksOf(good, never, down)
    const ids = accept(5)
    sinks.wake()
    await settled()
    expect(good.got).toEqual(ids)
    expect(acknowledged).toEqual([5])
    expect([never.got, down.got]).toEqual([[], []])
    expect(sinks.names.map((name) => store.lag(name))).toEqual([0, 5, 5])
    const draining = sinks.drain(3000)
    await settled()
    await time.pass(3001)
    expect(await draining).toEqual(['slow', 'down'])
    expect([good, never, down].map(({ publisher }) => sinks.problem(publisher.name)?.code)).toEqual([
      undefined,
      undefined,
      'EVENT_WEBHOOK',
    ])
    const closing = sinks.close(200)
    await time.pass(201)
    await closing
    expect([good, never, down].map(({ isClosed }) => isClosed())).toEqual([true, true, true])
  })

  it('sends a dead letter once more, and forgets it when it was taken or when nobody wants it', async () => {
    let refuse = true
    const kafka = receiver('kafka', async () => {
      if (refuse) throw new AppError('EVENT_REFUSED', 'too large')
    })
    const { sinks } = sinksOf(kafka)
    const ids = accept(2)
    sinks.wake()
    await settled()
    expect(store.deadLetters('kafka')).toBe(2)
    await expect(sinks.resend('kafka', ids[0]!)).rejects.toMatchObject({ code: 'EVENT_REFUSED' })
    expect(store.deadLetters('kafka')).toBe(2)
    refuse = false
    await sinks.resend('kafka', ids[0]!)
    expect(kafka.got).toEqual([ids[0]])
    sinks.discard('kafka', ids[1]!)
    expect(store.deadLetters('kafka')).toBe(0)
    const gone = { code: 'API_NOT_FOUND' }
    await expect(sinks.resend('kafka', ids[0]!)).rejects.toMatchObject(gone)
    await expect(sinks.resend('mqtt', ids[0]!)).rejects.toMatchObject(gone)
    expect(() => sinks.discard('kafka', ids[1]!)).toThrow(expect.objectContaining(gone))
  })

  it('gives a receiver that is new everything that is still there', async () => {
    const ids = accept(3)
    const first = sinksOf(receiver('first'))
    first.sinks.wake()
    await settled()
    await first.sinks.close()
    const late = receiver('late')
    const { sinks } = sinksOf(receiver('first'), late)
    sinks.wake()
    await settled()
    expect(late.got).toEqual(ids)
    await sinks.close()
  })

  it('does nothing without receivers', async () => {
    const { sinks } = sinksOf()
    sinks.wake()
    expect(await sinks.drain(10)).toEqual([])
    await sinks.close()
  })
})
