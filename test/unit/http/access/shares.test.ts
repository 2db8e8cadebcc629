import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createShares } from '../../../../src/http/access/shares.ts'
import { defaultLimits } from '../../../../src/http/bounded-server.ts'
import { createServer, type Server } from '../../../../src/http/create-server.ts'
import { createEventStreams, eventStreamLimits } from '../../../../src/http/events/event-stream.ts'
import { createMediaSender } from '../../../../src/http/send-media.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { fakeEvents } from '../fake-events.ts'
import { fakeLive } from '../fake-live.ts'
import { testAccounts } from '../test-accounts.ts'

const [ann, bob] = (['ann', 'bob'] as const).map((name) => ({ name, via: 'session' }) as const) as [
  { name: string; via: 'session' },
  { name: string; via: 'session' },
]
const here = { name: 'loopback', via: 'loopback' } as const
const busy = expect.objectContaining({ code: 'API_BUSY' })

describe('what many share', () => {
  const shares = () => createShares({ most: 8, busy: 'too many', retryAfterS: 5 })

  it('is to a quarter that of one, and given back once', () => {
    const { take } = shares()
    const giveBack = take(ann)
    take(ann)
    expect(() => take(ann)).toThrow(busy)
    expect(() => take(ann)).toThrow('too many ("ann" has 2)')
    take({ ...ann, via: 'token' })
    take(bob)
    giveBack()
    giveBack()
    take(ann)
    expect(() => take(ann)).toThrow(busy)
  })

  it('has an end for all together, and for programs of this machine no other', () => {
    const { take } = shares()
    const all = Array.from({ length: 8 }, () => take(here))
    expect(() => take(bob)).toThrow(expect.objectContaining({ details: { retryAfterS: 5 } }))
    expect(() => take(null)).toThrow(busy)
    all[0]!()
    take(bob)
  })
})

describe('streams of events', () => {
  it('are to a quarter those of one', async () => {
    const clock = { after: () => () => {} }
    const streams = createEventStreams({
      events: fakeEvents().events,
      clock,
      limits: { ...eventStreamLimits, clients: 8 },
    })
    const open = (who: typeof ann) => streams.open({ who, mayLook: () => true })
    const first = open(ann)
    open(ann)
    expect(() => open(ann)).toThrow(busy)
    open(bob)
    const closed = new Promise((resolve) => first.once('close', resolve))
    first.destroy()
    await closed
    open(ann)
    streams.close()
  })
})

describe('recordings on their way', () => {
  const file = () => {
    const path = join(tempDir('media'), 'a.mp4')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'x'.repeat(1000))
    return { path, type: 'video/mp4', etag: 'a', fileName: 'a.mp4' }
  }
  const asks = (identity: object, method = 'GET', headers = {}) =>
    ({ identity, method, headers }) as unknown as FastifyRequest
  const answers = () => {
    const sent: (Readable | undefined)[] = []
    const reply = {
      headers: () => reply,
      header: () => reply,
      code: () => reply,
      send: (stream?: Readable) => {
        sent.push(stream)
        return reply
      },
    } as unknown as FastifyReply
    return { reply, sent }
  }

  it('are to a quarter those of one, however many are asked for at once', async () => {
    const send = createMediaSender()
    const { reply, sent } = answers()
    const media = file()
    const of = (who: object) =>
      Promise.allSettled(Array.from({ length: 40 }, () => send(asks(who), reply, media)))
    const [anns, bobs] = await Promise.all([of(ann), of(bob)])
    const served = (all: PromiseSettledResult<unknown>[]) =>
      all.filter(({ status }) => status === 'fulfilled').length
    expect([served(anns), served(bobs)]).toEqual([8, 8])
    await Promise.all(
      sent.map(
        (stream) => new Promise((resolve) => stream!.once('close', resolve).pipe(new PassThrough()).resume()),
      ),
    )
    expect(served(await of(ann))).toBe(8)
    for (const stream of sent) stream?.destroy()
  })

  it.each([
    ['a head', asks(ann, 'HEAD'), file],
    ['what did not change', asks(ann, 'GET', { 'if-none-match': '"a"' }), file],
    ['a range beyond', asks(ann, 'GET', { range: 'bytes=5000-' }), file],
    ['what is gone', asks(ann), () => ({ ...file(), path: '/nowhere' })],
    ['a folder', asks(ann), () => ({ ...file(), path: tempDir('media') })],
  ])('hold nothing after %s', async (_what, request, media) => {
    const send = createMediaSender()
    for (let at = 0; at < 20; at += 1)
      await send(request, answers().reply, media()).catch(({ code }) => expect(code).toBe('API_NOT_FOUND'))
  })
})

describe('sockets', () => {
  let server: Server
  let accounts: ReturnType<typeof testAccounts>
  const sockets: WebSocket[] = []
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate()
    await server.close()
    accounts.close()
  })

  it('are to a quarter those of one, however many are asked for at once', async () => {
    accounts = testAccounts()
    const limits = { connections: 500, connectionsOfAddress: 500 }
    server = createServer({
      port: 0,
      accounts,
      live: fakeLive().live,
      health: { ready: () => true, cameras: () => [], models: () => [] },
      metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
      limits: { ...defaultLimits, ...limits },
    })
    const url = `${(await server.listen()).replace('http', 'ws')}/api/v1/cameras/gate/live?as=mjpeg`
    const open = (secret: string) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(url, { headers: { authorization: `Bearer ${secret}` } })
        sockets.push(socket)
        socket.on('error', () => {})
        socket.once('open', () => resolve(101))
        socket.once('unexpected-response', (_request, reply) => {
          reply.resume().once('close', () => resolve(reply.statusCode!))
        })
      })
    const wish = { role: 'viewer', cameras: null, expiresMs: null, createdBy: 'ann' } as const
    const [one, other] = ['one', 'other'].map((name) => accounts.tokens.add({ ...wish, name }).secret)
    const got = await Promise.all(Array.from({ length: 70 }, () => open(one!)))
    expect([got.filter((code) => code === 101).length, got.filter((code) => code === 503).length]).toEqual([
      64, 6,
    ])
    expect(await open(other!)).toBe(101)
    sockets[0]!.terminate()
    const gone = sockets.find(({ readyState }) => readyState === 1)!
    gone.terminate()
    await expect.poll(() => open(one!)).toBe(101)
  })
})
