import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Identity } from '../../../../src/http/access/identity.ts'
import { createServer, type Server } from '../../../../src/http/create-server.ts'
import type { LivePort } from '../../../../src/http/live-port.ts'
import { liveSockets } from '../../../../src/http/sockets/live-sockets.ts'
import { pingMs, type SocketLine } from '../../../../src/http/sockets/socket-line.ts'
import { fakeLive } from '../fake-live.ts'
import { goodPassword, testAccounts } from '../test-accounts.ts'

const parts = {
  port: 0,
  health: { ready: () => true, cameras: () => [], models: () => [] },
  metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
}
const started: Server[] = []
afterEach(async () => {
  for (const server of started.splice(0)) await server.close()
})

async function serve(token?: string) {
  const fake = fakeLive()
  const server = createServer({ ...parts, live: fake.live, ...(token && { token }) })
  started.push(server)
  return { ...fake, server, address: (await server.listen()).replace('http', 'ws') }
}

/** Opens a socket; resolves with it and what came, or with the status that it was refused with. */
async function open(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, { headers })
  const texts: unknown[] = []
  const binaries: Buffer[] = []
  socket.on('message', (data: Buffer, binary) => {
    if (binary) binaries.push(data)
    else texts.push(JSON.parse(String(data)))
  })
  const status = await new Promise<number>((resolve) => {
    socket.once('open', () => resolve(101))
    socket.on('unexpected-response', (_request, { statusCode }) => {
      socket.on('error', () => {})
      socket.terminate()
      resolve(statusCode!)
    })
  })
  return { socket, texts, binaries, status }
}

describe('the sockets of the table', () => {
  const table = liveSockets(fakeLive().live)

  it('say who may open them and what they take, with every camera of the path guarded', () => {
    expect(table.map(({ path }) => path)).toEqual(['/api/v1/cameras/:id/live', '/api/v1/overlays'])
    for (const { path, access, params, query, camera } of table) {
      expect(['viewer', 'operator', 'admin'], path).toContain(access)
      expect(query, path).toBeInstanceOf(z.ZodObject)
      const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
      expect(params instanceof z.ZodObject ? Object.keys(params.shape) : [], path).toEqual(named)
      if (path.includes('/cameras/:id')) expect(typeof camera, path).toBe('function')
    }
  })

  it('leave out of a list of cameras those that somebody may not see', () => {
    const fake = fakeLive()
    const [, overlays] = liveSockets(fake.live)
    const identity: Identity = { name: 'ann', role: 'viewer', cameras: ['gate'], via: 'session' }
    const socket = { waiting: 0, say() {}, send() {}, end() {}, onClose() {} } satisfies SocketLine
    const mayLook = (id: string) => id === 'gate'
    overlays!.handle({ params: {}, query: { cameras: ['gate', 'yard'] }, identity, mayLook, socket })
    expect(fake.asked).toEqual([['gate']])
  })

  it('tell nothing more of a camera that was withdrawn meanwhile', () => {
    const told: unknown[] = []
    let tell: Parameters<LivePort['scenes']>[1] = () => {}
    const live: LivePort = {
      ...fakeLive().live,
      scenes(_ids, given) {
        tell = given
        return () => {}
      },
    }
    const [, overlays] = liveSockets(live)
    const identity: Identity = { name: 'ann', role: 'viewer', cameras: ['gate', 'yard'], via: 'session' }
    const say = (message: object) => void told.push(message)
    const socket = { waiting: 0, say, send() {}, end() {}, onClose() {} } satisfies SocketLine
    let seen = ['gate', 'yard']
    const mayLook = (id: string) => seen.includes(id)
    overlays!.handle({ params: {}, query: { cameras: ['gate', 'yard'] }, identity, mayLook, socket })
    const scene = { type: 'scene', epoch: 1, ptsUs: 1, atMs: 1, tracks: [], scores: [] } as const
    const both = () => {
      for (const camera of ['gate', 'yard']) {
        tell({ ...scene, camera })
        tell({ type: 'places', camera, zones: [], lines: [] })
      }
    }
    both()
    expect(told).toHaveLength(4)
    seen = ['yard']
    told.length = 0
    both()
    expect(told).toMatchObject([
      { type: 'scene', camera: 'yard' },
      { type: 'places', camera: 'yard' },
    ])
  })
})

describe('overlays of somebody whose rights change', () => {
  it('end for a withdrawn camera with the next ping, and go on for the others', async () => {
    const accounts = testAccounts()
    const fake = fakeLive()
    let tell: Parameters<LivePort['scenes']>[1] | null = null as never
    const scenes: LivePort['scenes'] = (_ids, given) => {
      tell = given
      return () => {}
    }
    const live = { ...fake.live, scenes }
    const server = createServer({ ...parts, live, accounts, access: 'login' })
    started.push(server)
    const address = (await server.listen()).replace('http', 'ws')
    await accounts.users.add({ name: 'root', role: 'admin', cameras: null, password: goodPassword })
    await accounts.users.add({
      name: 'ann',
      role: 'viewer',
      cameras: ['gate', 'yard'],
      password: goodPassword,
    })
    const session = await server.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { name: 'ann', password: goodPassword },
    })
    const cookie = String(session.headers['set-cookie']).split(';')[0]!
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { texts, status } = await open(`${address}/api/v1/overlays?cameras=gate,yard`, {
        cookie,
        origin: address.replace('ws', 'http'),
      })
      expect(status).toBe(101)
      await vi.waitFor(() => expect(tell).not.toBeNull())
      const both = () => {
        for (const camera of ['gate', 'yard']) tell!({ type: 'places', camera, zones: [], lines: [] })
      }
      both()
      await accounts.users.change('ann', { cameras: ['yard'] })
      vi.advanceTimersByTime(pingMs)
      both()
      const seen = () => texts.map((text) => (text as { camera: string }).camera)
      await vi.waitFor(() => expect(seen()).toEqual(['gate', 'yard', 'yard']))
    } finally {
      vi.useRealTimers()
      accounts.close()
    }
  })
})

describe('looking at a camera', () => {
  it('shows what the camera shows, and ends when the page goes', async () => {
    const { address, lookers } = await serve()
    const { socket, texts, binaries } = await open(`${address}/api/v1/cameras/gate/live?stream=main&as=mjpeg`)
    const [[looker, wish]] = [...lookers] as [[Parameters<typeof lookers.get>[0], unknown]]
    expect(wish).toEqual({ cameraId: 'gate', stream: 'main', mode: 'mjpeg' })
    looker.tell({ type: 'state', state: 'live', reason: 'frames arrive', code: null, sinceMs: 1 })
    looker.show(new Uint8Array([1, 2]), 'opens')
    await vi.waitFor(() => expect(binaries).toEqual([Buffer.from([1, 2])]))
    expect(texts).toEqual([{ type: 'state', state: 'live', reason: 'frames arrive', code: null, sinceMs: 1 }])
    socket.close()
    await vi.waitFor(() => expect(lookers.size).toBe(0))
  })

  it.each([
    ['an unknown camera', '/api/v1/cameras/none/live', {}, 404],
    ['a name that is none', '/api/v1/cameras/NONE/live', {}, 400],
    ['an unknown way', '/api/v1/cameras/gate/live?as=flash', {}, 400],
    ['a field that is none', '/api/v1/cameras/gate/live?speed=2', {}, 400],
    ['a page of another origin', '/api/v1/cameras/gate/live', { origin: 'http://other.example' }, 403],
    ['overlays of no camera', '/api/v1/overlays', {}, 400],
    ['a path that is none', '/api/v1/nothing', {}, 404],
  ])('refuses %s before the upgrade, and lets the connection go', async (_what, path, headers, status) => {
    const { address, lookers, server } = await serve()
    expect((await open(address + path, headers)).status).toBe(status)
    expect(lookers.size).toBe(0)
    const beganMs = performance.now()
    await server.close()
    expect(performance.now() - beganMs).toBeLessThan(5000)
  })

  it('wants the token, and the origin of the page beside it', async () => {
    const { address } = await serve('0123456789abcdef')
    const url = `${address}/api/v1/cameras/gate/live`
    const authorization = 'Bearer 0123456789abcdef'
    expect((await open(url)).status).toBe(401)
    expect((await open(url, { authorization })).status).toBe(101)
    expect((await open(url, { authorization, origin: 'http://other.example' })).status).toBe(403)
  })

  it('answers a request without an upgrade with an error', async () => {
    const { server } = await serve()
    const answer = await server.inject({ url: '/api/v1/cameras/gate/live', headers: { host: '127.0.0.1' } })
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 'API_BAD_REQUEST' }])
  })

  it('tells those who look that the server ends, and waits for nobody', async () => {
    const { address, server, lookers } = await serve()
    const { socket } = await open(`${address}/api/v1/cameras/gate/live`)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await server.close()
    expect(await closed).toBe(1001)
    expect(lookers.size).toBe(0)
  })

  it('gives one picture as a file that nothing keeps', async () => {
    const { server } = await serve()
    const answer = await server.inject({
      url: '/api/v1/cameras/gate/picture',
      headers: { host: '127.0.0.1' },
    })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'no-store',
      'x-picture-age-ms': '12',
    })
  })
})
