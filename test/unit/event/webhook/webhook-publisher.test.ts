import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { webhookSchema } from '../../../../src/config/schema/webhook-schema.ts'
import { systemClock } from '../../../../src/core/clock.ts'
import type { OutboxEvent } from '../../../../src/core/events.ts'
import { createWebhookPublisher } from '../../../../src/event/webhook/webhook-publisher.ts'
import { listen } from '../../../support/listen.ts'

const secret = 'a-secret-of-some-length'
let server: Server | null = null
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = null
})

/** A real HTTP server; answers with the statuses given, then 204. */
async function receiver(statuses: number[] = []) {
  const requests: { headers: IncomingMessage['headers']; body: string }[] = []
  server = createServer(async (request, response) => {
    requests.push({ headers: request.headers, body: await text(request) })
    const status = statuses.shift() ?? 204
    if (status > 0)
      response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end()
  })
  await listen(server)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=hunter2`
  return { requests, url }
}
const publisher = (url: string, more: object = {}) =>
  createWebhookPublisher({ webhook: webhookSchema.parse({ name: 'site', url, ...more }), clock: systemClock })

const event = (id: string, more: Partial<OutboxEvent> = {}): OutboxEvent => ({
  position: 1,
  id,
  channel: 'alerts',
  key: 'gate',
  attributes: { specversion: '1.0', id, type: 'vireo.alert.new.v1' },
  dataJson: '{"label":"falling"}',
  acceptedMs: 0,
  attempts: 0,
  ...more,
})

describe('webhook publisher', () => {
  it('posts a signed batch of CloudEvents, replays marked', async () => {
    const { requests, url } = await receiver()
    await publisher(url, { secret }).publish([event('a'), event('b', { attempts: 1 })])
    const [{ headers, body }] = requests as [(typeof requests)[number]]
    expect(headers['content-type']).toBe('application/cloudevents-batch+json')
    expect(JSON.parse(body)).toEqual([
      { specversion: '1.0', id: 'a', type: 'vireo.alert.new.v1', data: { label: 'falling' } },
      { specversion: '1.0', id: 'b', type: 'vireo.alert.new.v1', replay: 'true', data: { label: 'falling' } },
    ])
    const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['vireo-signature']))!
    expect(signature).toBe(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'))
  })

  it('sends only the channels that are wanted, in order, fifty at a time', async () => {
    const { requests, url } = await receiver()
    const events = Array.from({ length: 120 }, (_, n) =>
      event(`e${n}`, { channel: n % 2 === 0 ? 'alerts' : 'camera-status' }),
    )
    await publisher(url).publish(events)
    const sent = requests.map(({ body }) => (JSON.parse(body) as { id: string }[]).map(({ id }) => id))
    expect(sent.map((ids) => ids.length)).toEqual([50, 10])
    expect(sent.flat()).toEqual(events.filter(({ channel }) => channel === 'alerts').map(({ id }) => id))
    expect(requests[0]!.headers).not.toHaveProperty('vireo-signature')
  })

  it.each([400, 413, 422])('says that it is of no use to try again when the answer is %i', async (status) => {
    const { url } = await receiver([status])
    await expect(publisher(url).publish([event('a')])).rejects.toMatchObject({
      code: 'EVENT_REFUSED',
      retry: false,
    })
  })

  it.each([500, 404, 302])('rejects when the answer is %i, and never names the address', async (status) => {
    const { url } = await receiver([status])
    const error = await publisher(url)
      .publish([event('a')])
      .catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'EVENT_WEBHOOK', retry: true })
    expect(error.message).not.toContain('hunter2')
  })

  it('rejects when nothing listens, when no answer comes, and when it is closed meanwhile', async () => {
    const gone = await receiver()
    server!.close()
    await expect(publisher(gone.url).publish([event('a')])).rejects.toThrow(/ECONNREFUSED/)
    const { requests, url } = await receiver([0, 0])
    await expect(publisher(url, { timeoutMs: 100 }).publish([event('a')])).rejects.toThrow(
      /no answer in 0.1 s/,
    )
    // A busy machine may give the first request up before it leaves.
    const before = requests.length
    const waiting = publisher(url)
    const sent = waiting.publish([event('a')])
    sent.catch(() => {})
    while (requests.length === before) await new Promise(setImmediate)
    await waiting.close()
    await expect(sent).rejects.toMatchObject({ code: 'EVENT_WEBHOOK' })
  })
})
