import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kafkaSchema } from '../../../src/config/schema/kafka-schema.ts'
import { webhookSchema } from '../../../src/config/schema/webhook-schema.ts'
import type { CameraStatus } from '../../../src/core/camera-status.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { EventPublisher } from '../../../src/core/events.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { type EventStore, openEventStore } from '../../../src/event/event-store.ts'
import { createKafkaPublisher } from '../../../src/event/kafka/kafka-publisher.ts'
import { createOutboxSender } from '../../../src/event/outbox-sender.ts'
import { createWebhookPublisher } from '../../../src/event/webhook/webhook-publisher.ts'
import { openDeadLetters } from '../../../src/store/tables/dead-letters.ts'
import { listen } from '../../support/listen.ts'
import { tempDir } from '../../support/temp-dir.ts'

let dataDir: string
let store: EventStore
const cleanUps: (() => unknown)[] = []
beforeEach(() => {
  dataDir = tempDir('parts')
  store = openEventStore({ dataDir, source: '/vireo/test', clock: systemClock })
})
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  store.close()
})

/** The waits of the sender pass at once. */
const clock = {
  ...systemClock,
  after: (delayMs: number, fn: () => void) => systemClock.after(delayMs > 1500 ? delayMs : 1, fn),
}

const accept = (count: number, padding = '') => {
  for (let n = 0; n < count; n += 1)
    store.acceptStatus({
      cameraId: 'gate',
      state: 'live',
      reason: padding,
      code: null,
      epoch: n,
      sinceMs: 1e12,
      attempt: 0,
      picture: 'ok',
    } as CameraStatus)
}
const senderTo = (publisher: EventPublisher) => {
  const sender = createOutboxSender({ store, publisher, clock, random: () => 0, telemetry: noTelemetry })
  cleanUps.push(
    () => sender.close(),
    () => publisher.close(),
  )
  return sender
}

/** A receiver over HTTP that answers what `answer` says of each request, with the events that it got. */
async function receiver(answer: (epochs: number[]) => number) {
  const got: { epoch: number; replay: boolean; status: number }[] = []
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const events = JSON.parse(await text(request)) as { data: { epoch: number }; replay?: string }[]
    const status = answer(events.map(({ data }) => data.epoch))
    got.push(...events.map(({ data, replay }) => ({ epoch: data.epoch, replay: replay === 'true', status })))
    response.writeHead(status).end()
  })
  await listen(server)
  cleanUps.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  const { port } = server.address() as AddressInfo
  const publisher = (more: object = {}) =>
    createWebhookPublisher({
      webhook: webhookSchema.parse({
        name: 'site',
        url: `http://127.0.0.1:${port}/`,
        channels: ['camera-status'],
        ...more,
      }),
      clock,
    })
  return { got, publisher, server, port }
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n)

describe('a batch of which a part is accepted', () => {
  it('is not sent again whole to a webhook that was down for a part of it', async () => {
    let requests = 0
    const { got, publisher } = await receiver(() => {
      requests += 1
      return requests === 3 ? 503 : 204
    })
    accept(120)
    expect(await senderTo(publisher()).drain(8000)).toBe(true)
    const stored = got.filter(({ status }) => status === 204).map(({ epoch }) => epoch)
    expect(stored).toEqual(range(0, 120))
    expect(got.filter(({ status }) => status === 503).map(({ epoch }) => epoch)).toEqual(range(100, 120))
    // Only what may have arrived is a replay.
    expect(got.filter(({ replay }) => replay).map(({ epoch }) => epoch)).toEqual(range(100, 120))
  })

  it('loses one event to a refusal, sends no accepted one twice and calls no first delivery a replay', async () => {
    const { got, publisher } = await receiver((epochs) => (epochs.includes(77) ? 400 : 204))
    accept(200)
    expect(await senderTo(publisher()).drain(8000)).toBe(true)
    const stored = got.filter(({ status }) => status === 204)
    expect(stored.map(({ epoch }) => epoch)).toEqual(range(0, 200).filter((epoch) => epoch !== 77))
    expect(stored.filter(({ replay }) => replay)).toEqual([])
    const letters = openDeadLetters(dataDir)
    expect(letters.list({ limit: 9 }).items.map(({ dataJson }) => JSON.parse(dataJson).epoch)).toEqual([77])
    letters.close()
  })

  it('is no replay after an outage in which nothing was reached', async () => {
    const { got, publisher, server, port } = await receiver(() => 204)
    accept(60)
    server.close()
    const sender = senderTo(publisher())
    expect(await sender.drain(2000)).toBe(false)
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    expect(await sender.drain(8000)).toBe(true)
    expect(got.map(({ epoch }) => epoch)).toEqual(range(0, 60))
    expect(got.filter(({ replay }) => replay)).toEqual([])
  })

  it('stays a replay when it may have arrived before an outage', async () => {
    let status = 503
    const { got, publisher, server, port } = await receiver(() => status)
    accept(1)
    const sender = senderTo(publisher())
    sender.wake()
    while (got.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    server.close()
    server.closeAllConnections()
    expect(await sender.drain(2000)).toBe(false)
    status = 204
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    expect(await sender.drain(8000)).toBe(true)
    expect(got.at(-1)).toEqual({ epoch: 0, replay: true, status: 204 })
  })

  it.each([
    ['fails', new AppError('EVENT_BROKER', 'gone'), true],
    ['is refused', Object.assign(new Error('large'), { type: 'MESSAGE_TOO_LARGE' }), false],
  ])('goes on in Kafka behind what was acknowledged when a request %s', async (_how, thrown, replays) => {
    const sent: { epoch: number; replay: boolean }[] = []
    let requests = 0
    const publisher = createKafkaPublisher({
      kafka: kafkaSchema.parse({ brokers: ['b:9092'] }),
      clock,
      telemetry: noTelemetry,
      createSession: () => ({
        ready: async () => {},
        async send(batch) {
          requests += 1
          if (requests === 2) throw thrown
          for (const { headers, value } of batch.flatMap(({ messages }) => messages))
            sent.push({ epoch: JSON.parse(String(value)).epoch, replay: headers?.ce_replay === 'true' })
        },
        close: async () => {},
        discard: () => {},
      }),
    })
    accept(40, 'x'.repeat(60_000))
    expect(await senderTo(publisher).drain(8000)).toBe(true)
    expect(sent.map(({ epoch }) => epoch)).toEqual(range(0, 40))
    const again = sent.filter(({ replay }) => replay).length
    expect(again > 0).toBe(replays)
    expect(again).toBeLessThan(16)
  })
})
