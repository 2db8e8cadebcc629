import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { errorTable } from '../../../src/core/error-table.ts'
import { defaultLimits, type ServerLimits } from '../../../src/http/bounded-server.ts'
import { createServer, type Server } from '../../../src/http/create-server.ts'
import { guardHeaders } from '../../../src/http/guard-headers.ts'
import { fakeReviews } from './fake-reviews.ts'
import { fakeSite } from './fake-site.ts'

const token = '0123456789abcdef0123'
const authorization = `Bearer ${token}`
let server: Server
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.close()
})

function start(options: { token?: string; limits?: Partial<ServerLimits> } = {}): Server {
  const { site, asked } = fakeSite()
  const paths = { path: '/nowhere.mp4', thumbnailPath: '/nowhere.jpg' }
  server = createServer({
    port: 0,
    site,
    ...(options.token !== undefined && { token: options.token }),
    reviews: fakeReviews(paths, asked),
    health: { ready: () => true, cameras: () => [], models: () => [] },
    metrics: { metricsText: async () => 'x 1\n', metricsContentType: 'text/plain' },
    limits: { ...defaultLimits, ...options.limits },
  })
  return server
}

async function listen(options: Parameters<typeof start>[0] = {}): Promise<number> {
  return Number(new URL(await start(options).listen()).port)
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  sockets.push(socket)
  await once(socket, 'connect')
  return socket
}

async function raw(port: number, request: string) {
  const socket = await dial(port)
  socket.write(request)
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  return { status: Number(first.split(' ')[1]), headers, body }
}

function expectRefusal(
  reply: { status: number; headers: Record<string, unknown>; body: string },
  code: keyof typeof errorTable,
) {
  const answer = JSON.parse(reply.body)
  expect(answer).toEqual({ code, message: expect.any(String) })
  expect(reply.status).toBe(errorTable[code].httpStatus)
  expect(reply.headers).toMatchObject(guardHeaders)
  expect(reply.headers['content-type']).toContain('application/json')
}

async function routes(): Promise<[method: string, url: string][]> {
  const document = (await start().inject('/openapi.json')).json()
  await server.close()
  return Object.entries<Record<string, unknown>>(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method): [string, string] => [
      method.toUpperCase(),
      path.replace(/\{\w+\}/g, 'a'.repeat(32)),
    ]),
  )
}

describe('every route', () => {
  it('refuses who has no token, another one, or one with something behind it', async () => {
    const all = await routes()
    expect(all.length).toBeGreaterThan(25)
    start({ token })
    for (const [method, url] of all) {
      if (url === '/healthz' || url === '/readyz') continue
      for (const given of [
        undefined,
        'Bearer x',
        `Bearer ${token}x`,
        `Basic ${token}`,
        `${authorization} x`,
      ]) {
        const headers = given === undefined ? {} : { authorization: given }
        const reply = await server.inject({ method: method as 'GET', url, headers })
        const status = reply.statusCode
        if (method === 'HEAD') expect(status).toBe(401)
        else expectRefusal({ status, headers: reply.headers, body: reply.body }, 'API_UNAUTHORIZED')
      }
    }
  })

  it('refuses a page of another origin and a name that leads here', async () => {
    const all = await routes()
    start()
    for (const [method, url] of all) {
      if (url === '/healthz') continue
      for (const headers of [
        { host: 'evil.example' },
        { host: '127.0.0.1.evil.example' },
        { host: 'localhost.evil.example:80' },
        { host: 'localhost', origin: 'http://evil.example' },
        { host: 'localhost', origin: 'null' },
        { host: 'localhost:1', origin: 'http://localhost:2' },
      ]) {
        const reply = await server.inject({ method: method as 'GET', url, headers })
        const status = reply.statusCode
        if (method === 'HEAD') expect(status).toBe(403)
        else expectRefusal({ status, headers: reply.headers, body: reply.body }, 'API_FORBIDDEN')
        expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
      }
    }
  })

  it('has the headers that keep a browser from guessing', async () => {
    const all = await routes()
    start()
    for (const [method, url] of all) {
      const reply = await server.inject({ method: method as 'GET', url })
      expect(reply.headers, url).toMatchObject(guardHeaders)
    }
  })

  it.each([
    ['a path with a broken escape', { url: '/api/v1/cameras/%' }, 'API_BAD_REQUEST'],
    ['an escape that is no character', { url: '/api/v1/cameras/%ff%fe' }, 'API_BAD_REQUEST'],
    ['a parameter that is too long', { url: `/api/v1/cameras/${'a'.repeat(300)}` }, 'API_TOO_LARGE'],
    ['a path that is not there', { url: '/api/v1/nothing' }, 'API_NOT_FOUND'],
    ['a way up', { url: '/api/v1/datasets/..%2f..%2fetc' }, 'API_BAD_REQUEST'],
    ['a method that a path has not', { method: 'PUT', url: '/api/v1/cameras' }, 'API_NOT_FOUND'],
    ['a method of few', { method: 'OPTIONS', url: '/api/v1/cameras' }, 'API_NOT_FOUND'],
    [
      'a body of another type',
      { ...post, headers: { 'content-type': 'image/png' }, payload: 'x' },
      'API_BAD_REQUEST',
    ],
    [
      'a body that is no JSON',
      { ...post, headers: { 'content-type': 'application/json' }, payload: '{' },
      'API_BAD_REQUEST',
    ],
    ['no body', { ...post, headers: { 'content-type': 'application/json' } }, 'API_BAD_REQUEST'],
    ['a body that is too large', { ...post, payload: { a: 'a'.repeat(70_000) } }, 'API_TOO_LARGE'],
    ['a body that is too deep', { ...post, payload: nested(100) }, 'API_BAD_REQUEST'],
    [
      'a body that is much too deep',
      { ...post, payload: nestedText(30_000), headers: { 'content-type': 'application/json' } },
      'API_BAD_REQUEST',
    ],
    ['a body that is too wide', { ...post, payload: { a: new Array(6000).fill(0) } }, 'API_BAD_REQUEST'],
    [
      'a body for the prototype',
      { ...post, payload: '{"__proto__":{"a":1}}', headers: { 'content-type': 'application/json' } },
      'API_BAD_REQUEST',
    ],
    ['a query that is not known', { url: '/api/v1/alerts?a=1' }, 'API_BAD_REQUEST'],
    ['a query of a thousand', { url: `/api/v1/alerts?${'a&'.repeat(1000)}` }, 'API_BAD_REQUEST'],
  ] as const)('refuses %s in the form of all errors', async (_what, request, code) => {
    for (const more of [{}, { token }]) {
      start(more)
      const headers = { ...('headers' in request ? request.headers : {}), authorization }
      const reply = await server.inject({ ...request, headers } as object)
      expectRefusal({ status: reply.statusCode, headers: reply.headers, body: reply.body }, code)
      if (!('token' in more)) continue
      const refused = await server.inject(request as object)
      expectRefusal(
        { status: refused.statusCode, headers: refused.headers, body: refused.body },
        'API_UNAUTHORIZED',
      )
    }
  })

  it('says little of what is long', async () => {
    start()
    const payload = { verdict: 'reject', [`\u001b[31m${'a'.repeat(60_000)}`]: 1 }
    const reply = await server.inject({
      method: 'POST',
      url: `/api/v1/review/${'b'.repeat(32)}/label`,
      payload,
    })
    expect(reply.statusCode).toBe(400)
    expect(reply.body.length).toBeLessThan(5000)
    expect(reply.body).not.toContain('\u001b')
  })
})

const post = { method: 'POST', url: '/api/v1/cameras' } as const
function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) }
}
function nestedText(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth)
}

describe('a connection', () => {
  it.each([
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'API_BAD_REQUEST',
    ],
    ['no HTTP', 'hello\r\n\r\n', 'API_BAD_REQUEST'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001', 'API_BAD_REQUEST'],
    ['a method of nobody', 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n', 'API_BAD_REQUEST'],
    [
      'a header without end',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      'API_TOO_LARGE',
    ],
    ['a tunnel', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 'API_BAD_REQUEST'],
    ['no host', 'GET /api/v1/status HTTP/1.1\r\nConnection: close\r\n\r\n', 'API_FORBIDDEN'],
  ] as const)('that brings %s is told so in the form of all errors', async (_what, request, code) => {
    expectRefusal(await raw(await listen(), request), code)
  })

  it('whose header comes drop by drop is told so and ended', async () => {
    const port = await listen({ limits: { headerMs: 200, requestMs: 400, checkMs: 20 } })
    const socket = await dial(port)
    // Bytes that still come when the server ends it would take the answer away.
    for (const drop of ['GET / HTTP/1.1\r\n', 'Host: a\r\n', 'X-A: b\r\n'])
      await new Promise((resolve) => socket.write(drop, resolve))
    const said = await text(socket)
    expect(said).toContain('"code":"API_TIMEOUT"')
  })

  it('whose body does not come is ended', async () => {
    const port = await listen({ limits: { headerMs: 100, requestMs: 200, checkMs: 20 } })
    const reply = await raw(
      port,
      'POST /api/v1/datasets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    )
    expectRefusal(reply, 'API_TIMEOUT')
  })

  it('that only waits gives way to a new one, so that nobody shuts others out', async () => {
    const port = await listen({ token, limits: { connections: 8, connectionsOfAddress: 4 } })
    const held = []
    for (let at = 0; at < 12; at += 1) {
      const socket = await dial(port)
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n')
      held.push(socket)
    }
    const reply = await raw(port, 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(reply.status).toBe(200)
    await Promise.all(held.slice(0, 9).map((socket) => socket.closed || once(socket, 'close')))
    expect(held.slice(9).map(({ destroyed }) => destroyed)).toEqual([false, false, false])
  })

  it('that brings many requests at once does not answer all of them in one go', async () => {
    const port = await listen()
    const socket = await dial(port)
    let rounds = 0
    let going = true
    const count = () => {
      rounds += 1
      if (going) setImmediate(count)
    }
    setImmediate(count)
    const answers = 200
    socket.write('GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(answers - 1))
    socket.write('GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    const said = await text(socket)
    going = false
    expect(said.split('HTTP/1.1 200').length - 1).toBe(answers)
    expect(rounds).toBeGreaterThan(answers)
  })

  it('beyond what may wait is told to come again', async () => {
    const port = await listen()
    const socket = await dial(port)
    socket.write('GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(900))
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    const said = await text(socket)
    expect(said).toContain('"code":"API_BUSY"')
    expect(said).toContain('retry-after: 2')
    expect(said).toContain('{"status":"alive"}')
  })
})
