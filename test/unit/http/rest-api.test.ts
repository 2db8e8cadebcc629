import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { errorTable } from '../../../src/core/error-table.ts'
import { createServer, type Server } from '../../../src/http/create-server.ts'
import { parseRange } from '../../../src/http/send-media.ts'
import { liveSockets } from '../../../src/http/sockets/live-sockets.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { fakeEvents } from './fake-events.ts'
import { fakeFootage } from './fake-footage.ts'
import { fakeLearning } from './fake-learning.ts'
import { fakeLive } from './fake-live.ts'
import { fakeMonitor } from './fake-monitor.ts'
import { fakeReviews, sampleId } from './fake-reviews.ts'
import { fakeSetup } from './fake-setup.ts'
import { alertId, fakeSite } from './fake-site.ts'
import { good } from './good-requests.ts'
import { goodPassword, testAccounts } from './test-accounts.ts'

let folder: string
let server: Server
const bytes = Buffer.from('0123456789')
const paths = () => ({ path: join(folder, 'clip.mp4'), thumbnailPath: join(folder, 'clip.jpg') })

beforeAll(() => {
  folder = tempDir('api')
  writeFileSync(paths().path, bytes)
  writeFileSync(paths().thumbnailPath, 'jpeg')
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(async () => {
  await server.close()
  accounts.close()
})

let accounts: ReturnType<typeof testAccounts>

function start(token?: string) {
  accounts = testAccounts()
  const { site, asked } = fakeSite(paths())
  server = createServer({
    port: 0,
    accounts,
    access: 'open',
    site,
    setup: fakeSetup(asked),
    monitor: fakeMonitor(asked),
    ...(token !== undefined && { token }),
    reviews: fakeReviews(paths(), asked),
    events: fakeEvents().events,
    learning: fakeLearning(paths().path, asked),
    live: fakeLive().live,
    footage: fakeFootage({ path: join(folder, 'clip.mp4'), etag: 'c0ffee' }),
    health: { ready: () => true, cameras: () => [], models: () => [] },
    metrics: { metricsText: async () => 'x 1\n', metricsContentType: 'text/plain' },
  })
  const call = (method: string, url: string, more: object = {}) =>
    server.inject({ method: method as 'GET', url, ...more })
  return { asked, call }
}

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
}
interface Operation {
  summary: string
  security?: unknown[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

describe('OpenAPI document', () => {
  const operationsOf = ({ paths: all }: Document) =>
    Object.entries(all).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
    )

  it('describes every operation, and each answers as it says', async () => {
    const { call } = start()
    await accounts.users.add({ name: 'root', role: 'admin', cameras: null, password: goodPassword })
    const document = (await call('GET', '/openapi.json')).json() as Document
    expect(document.openapi).toBe('3.1.0')
    expect(
      operationsOf(document)
        .map(([name]) => name)
        .sort(),
    ).toEqual(Object.keys(good).sort())
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    for (const [name, { summary, responses }] of operationsOf(document)) {
      expect(summary, name).toMatch(/^[A-Z]/)
      const [url, more] = good[name]!
      // An answer that goes on is not waited for.
      const payloadAsStream = name === 'get /api/v1/events'
      const reply = await call(name.split(' ')[0]!.toUpperCase(), url, { ...more, payloadAsStream })
      const answer = responses[String(reply.statusCode)]
      expect(answer, `${name} ${reply.statusCode} ${payloadAsStream ? '' : reply.body}`).toBeDefined()
      const json = answer!.content?.['application/json']
      if (!json) continue
      const validate = ajv.compile(json.schema)
      expect(validate(reply.json()), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true)
    }
  })

  it('says which operations need no token', async () => {
    const { call } = start()
    const document = (await call('GET', '/openapi.json')).json() as Document
    const open = operationsOf(document).filter(([, { security }]) => security?.length === 0)
    expect(open.map(([name]) => name)).toEqual([
      'get /healthz',
      'get /readyz',
      'get /api/v1/session',
      'post /api/v1/session',
    ])
  })

  it('is described in docs/api.md, operation by operation', () => {
    start()
    const page = readFileSync(join(import.meta.dirname, '../../../docs/api.md'), 'utf8')
    const rows = [...page.matchAll(/^\| `([A-Z]+) (\/\S*)` \|/gm)].map(
      ([, method, path]) => `${method!.toLowerCase()} ${path}`,
    )
    const documented = Object.keys(good).filter((name) => !name.startsWith('head '))
    const sockets = liveSockets(fakeLive().live).map(({ path }) => `ws ${path.replace(':id', '{id}')}`)
    expect(rows.sort()).toEqual([...documented, ...sockets].sort())
    for (const [, code] of page.matchAll(/`((?:API|AUTH|CONFIG|CAMERA)_[A-Z_]+)`/g))
      expect(Object.keys(errorTable)).toContain(code)
  })
})

describe('access', () => {
  const token = 'a-long-enough-token'

  it('asks for the token everywhere but at /healthz, and tells strangers no more than whether it is ready', async () => {
    const { call } = start(token)
    const bearer = { headers: { authorization: `Bearer ${token}`, host: 'vireo.example' } }
    for (const [name, [url, more]] of Object.entries(good)) {
      const method = name.split(' ')[0]!.toUpperCase()
      if (url === '/healthz' || url === '/readyz' || (url === '/api/v1/session' && method !== 'DELETE'))
        continue
      const reply = await call(method, url, more)
      expect(reply.statusCode, name).toBe(401)
      expect(reply.headers['www-authenticate']).toBe('Bearer')
      if (method !== 'HEAD') expect(reply.json()).toMatchObject({ code: 'API_UNAUTHORIZED' })
    }
    expect((await call('GET', '/readyz')).json()).toEqual({ ready: true })
    expect((await call('GET', '/readyz', bearer)).json()).toHaveProperty('cameras')
    expect((await call('GET', '/api/v1/status', bearer)).statusCode).toBe(200)
    expect((await call('GET', '/nothing', bearer)).statusCode).toBe(404)
    expect((await call('GET', '/nothing')).statusCode).toBe(401)
  })

  it.each([`Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Basic ${token}`, 'Bearer ', token])(
    'refuses %j',
    async (authorization) => {
      const { call } = start(token)
      expect((await call('GET', '/api/v1/status', { headers: { authorization } })).statusCode).toBe(401)
    },
  )

  it.each([
    [{ host: 'attacker.example:8080' }, 403],
    [{ host: '127.0.0.1.attacker.example' }, 403],
    [{ host: '127.0.0.1:8080', origin: 'https://attacker.example' }, 403],
    [{ host: '127.0.0.1:8080', origin: 'null' }, 403],
    [{ host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' }, 200],
    [{ host: '[::1]:8080' }, 200],
    [{ host: 'localhost' }, 200],
  ])('without a token answers %j with %i', async (headers, status) => {
    const { call, asked } = start()
    const reply = await call('POST', '/api/v1/cameras/gate/pause', { headers })
    expect(reply.statusCode).toBe(status)
    expect(asked).toHaveLength(status === 200 ? 1 : 0)
    if (status === 403) expect(reply.json().code).toBe('API_FORBIDDEN')
  })
})

describe('requests', () => {
  it('hand on what was asked, checked', async () => {
    const { call, asked } = start()
    await call('GET', '/api/v1/alerts?camera=gate&open=true&since=2026-03-14T02:00:00Z&limit=7&cursor=x')
    await call('GET', '/api/v1/clips?removed=false')
    await call('PATCH', '/api/v1/cameras/gate', {
      payload: '{"motion":{"enabled":false}}',
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    await call('DELETE', '/api/v1/cameras/gate')
    await call('GET', '/api/v1/review?reason=random&until=2026-03-14T02:00:00Z&label=falling')
    await call('POST', `/api/v1/review/${sampleId}/label`, { payload: { verdict: 'confirm', who: ' ann ' } })
    await call('POST', `/api/v1/review/${sampleId}/undo`)
    await call('POST', '/api/v1/datasets')
    expect(asked).toEqual([
      { camera: ['gate'], open: true, since: '2026-03-14T02:00:00Z', limit: 7, cursor: 'x' },
      { removed: false, limit: 50 },
      { kind: 'change', id: 'gate', patch: { motion: { enabled: false } } },
      { kind: 'remove', id: 'gate' },
      {
        state: 'waiting',
        reason: 'random',
        until: '2026-03-14T02:00:00Z',
        label: 'falling',
        limit: 50,
      },
      { verdict: 'confirm', who: 'ann' },
      { undo: 'loopback' },
      { name: 'site', seed: 1, shares: { train: 0.7, validation: 0.15, test: 0.15 } },
    ])
  })

  it.each([
    ['GET', '/api/v1/alerts?limit=0', {}, 400, 'API_BAD_REQUEST', /limit/],
    ['GET', '/api/v1/alerts?since=yesterday', {}, 400, 'API_BAD_REQUEST', /since: a time such as/],
    ['GET', '/api/v1/alerts?camra=gate', {}, 400, 'API_BAD_REQUEST', /camra/],
    ['GET', '/api/v1/clips/..%2F..%2Fetc', {}, 400, 'API_BAD_REQUEST', /alertId/],
    ['GET', `/api/v1/clips/${'b'.repeat(32)}/media`, {}, 404, 'API_NOT_FOUND', /no alert/],
    ['GET', '/api/v1/review?state=judged', {}, 400, 'API_BAD_REQUEST', /state/],
    ['POST', `/api/v1/review/${sampleId}/label`, {}, 400, 'API_BAD_REQUEST', /./],
    [
      'POST',
      `/api/v1/review/${sampleId}/label`,
      { payload: { verdict: 'yes' } },
      400,
      'API_BAD_REQUEST',
      /verdict/,
    ],
    [
      'POST',
      `/api/v1/review/${sampleId}/label`,
      { payload: { verdict: 'confirm', startMs: -1 } },
      400,
      'API_BAD_REQUEST',
      /startMs/,
    ],
    ['GET', `/api/v1/review/${alertId}/media`, {}, 404, 'API_NOT_FOUND', /no clip/],
    ['POST', '/api/v1/datasets', { payload: { name: '../x' } }, 400, 'API_BAD_REQUEST', /name/],
    ['GET', '/api/v1/datasets/site/diff', {}, 400, 'API_BAD_REQUEST', /before/],
    ['GET', '/api/v1/cameras/roof', {}, 404, 'CAMERA_NOT_FOUND', /roof/],
    ['POST', '/api/v1/cameras', { payload: [] }, 400, 'API_BAD_REQUEST', /body/],
    ['POST', '/api/v1/cameras', { payload: { url: 'x' } }, 400, 'API_BAD_REQUEST', /^id: /],
    [
      'POST',
      '/api/v1/cameras',
      { payload: '{', headers: { 'content-type': 'application/json' } },
      400,
      'API_BAD_REQUEST',
      /JSON/,
    ],
    [
      'POST',
      '/api/v1/cameras',
      { payload: 'x', headers: { 'content-type': 'image/png' } },
      400,
      'API_BAD_REQUEST',
      /./,
    ],
    ['POST', '/api/v1/cameras', { payload: { id: 'x', url: 'y'.repeat(70_000) } }, 413, 'API_TOO_LARGE', /./],
    ['POST', '/api/v1/config/diff', { payload: {} }, 400, 'API_BAD_REQUEST', /YAML/],
  ] as const)('refuse %s %s', async (method, url, more, status, code, message) => {
    const { call, asked } = start()
    const reply = await call(method, url, more)
    expect([reply.statusCode, reply.json().code]).toEqual([status, code])
    expect(reply.json().message).toMatch(message)
    expect(asked).toEqual([])
  })

  it('say where a mistake in the configuration is', async () => {
    const { call } = start()
    const reply = await call('POST', '/api/v1/cameras', { payload: { id: 'door', url: 'bad' } })
    expect(reply.statusCode).toBe(422)
    expect(reply.json()).toEqual({
      code: 'CONFIG_INVALID',
      message: 'v.yaml:7:5: cameras[1].url: is not valid',
      details: { file: 'v.yaml', line: 7, column: 5, field: 'cameras[1].url' },
    })
  })
})

describe('media', () => {
  const url = `/api/v1/clips/${alertId}/media`
  const hash = createHash('sha256').update(bytes).digest('hex')

  it('comes whole, with what a player needs', async () => {
    const { call } = start()
    const reply = await call('GET', url)
    expect(createHash('sha256').update(reply.rawPayload).digest('hex')).toBe(hash)
    expect(reply.headers).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': '10',
      'accept-ranges': 'bytes',
      etag: '"c0ffee"',
      'content-disposition': 'inline; filename="gate_2026-03-14T02-17-01_aaaaaaaaaaaa.mp4"',
    })
    const head = await call('HEAD', url)
    expect([head.statusCode, head.headers['content-length'], head.body]).toEqual([200, '10', ''])
    expect((await call('GET', url, { headers: { 'if-none-match': '"c0ffee"' } })).statusCode).toBe(304)
    expect((await call('GET', url.replace('media', 'thumbnail'))).body).toBe('jpeg')
  })

  it.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['bytes=5-2', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
  ])('range %s: %i', async (range, status, body, contentRange) => {
    const { call } = start()
    const reply = await call('GET', url, { headers: { range } })
    expect([reply.statusCode, reply.body, reply.headers['content-range']]).toEqual([
      status,
      body,
      contentRange,
    ])
    expect(reply.headers['content-length']).toBe(String(body.length))
  })

  it('comes whole when the file is another one than the range was for', async () => {
    const { call } = start()
    const headers = { range: 'bytes=0-3', 'if-range': '"other"' }
    expect((await call('GET', url, { headers })).statusCode).toBe(200)
    const same = await call('GET', url, { headers: { ...headers, 'if-range': '"c0ffee"' } })
    expect(same.statusCode).toBe(206)
  })

  it('is not found when retention has taken the file meanwhile', async () => {
    const { call } = start()
    rmSync(paths().thumbnailPath)
    const reply = await call('GET', url.replace('media', 'thumbnail'))
    expect([reply.statusCode, reply.json().code]).toEqual([404, 'API_NOT_FOUND'])
    writeFileSync(paths().thumbnailPath, 'jpeg')
  })

  it('of nothing has no range', () => {
    start()
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable')
    expect(parseRange('bytes=-5', 0)).toBe('unsatisfiable')
    expect(parseRange(undefined, 5)).toBeNull()
  })
})
