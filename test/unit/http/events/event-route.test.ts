import { afterEach, describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../../src/http/bounded-server.ts'
import { createServer, type Server } from '../../../../src/http/create-server.ts'
import { eventStreamLimits } from '../../../../src/http/events/event-stream.ts'
import { alert, fakeEvents } from '../fake-events.ts'

let server: Server
afterEach(() => server.close())

async function start() {
  const fake = fakeEvents()
  server = createServer({
    port: 0,
    events: fake.events,
    limits: defaultLimits,
    health: { ready: () => true, cameras: () => [], models: () => [] },
    metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
  })
  return { ...fake, url: `${await server.listen()}/api/v1/events` }
}

describe('GET /api/v1/events', () => {
  it('is an answer that goes on, and ends when the server does', async () => {
    const { url, tell } = await start()
    const reply = await fetch(url, { headers: { 'last-event-id': '3' } })
    expect(reply.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(reply.headers.get('cache-control')).toBe('no-store')
    const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const until = async (part: string) => {
      while (!text.includes(part)) {
        const { done, value } = await reader.read()
        if (done) throw new Error(`it ended before "${part}" came: ${text}`)
        text += value
      }
    }
    await until('event: status')
    tell(alert('a', 'gate', 8))
    await until('event: alert\nid: 8\ndata: {"alertId":"a"')
    await server.close()
    // Not broken off: a page sees an end.
    while (true) {
      const { done } = await reader.read()
      if (done) break
    }
  })

  it('is never so quiet that its connection is taken for idle', () => {
    server = createServer({
      health: { ready: () => true, cameras: () => [], models: () => [] },
      metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
    })
    expect(eventStreamLimits.heartbeatMs * 1.5).toBeLessThan(defaultLimits.idleMs)
  })

  it('forgets a client that goes away', async () => {
    const { url, listeners } = await start()
    const leave = new AbortController()
    const reply = await fetch(url, { signal: leave.signal })
    await reply.body!.getReader().read()
    expect(listeners.size).toBe(1)
    leave.abort()
    await expect.poll(() => listeners.size).toBe(0)
  })
})
