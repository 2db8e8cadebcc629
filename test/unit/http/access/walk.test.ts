import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Guard } from '../../../../src/http/access/create-guard.ts'
import { createServer, type Server } from '../../../../src/http/create-server.ts'
import { createEventStreams } from '../../../../src/http/events/event-stream.ts'
import type { Access, Route } from '../../../../src/http/route.ts'
import { routeTable } from '../../../../src/http/route-table.ts'
import { liveSockets } from '../../../../src/http/sockets/live-sockets.ts'
import { fakeEvents } from '../fake-events.ts'
import { fakeFootage } from '../fake-footage.ts'
import { fakeLearning } from '../fake-learning.ts'
import { fakeLive } from '../fake-live.ts'
import { fakeMonitor } from '../fake-monitor.ts'
import { fakeReviews } from '../fake-reviews.ts'
import { fakeSetup } from '../fake-setup.ts'
import { fakeSite } from '../fake-site.ts'
import { good } from '../good-requests.ts'
import { goodPassword, testAccounts } from '../test-accounts.ts'

/** All that the fakes know is of camera `gate`. */
const accounts = testAccounts()
const { site, asked } = fakeSite({ path: '/nowhere.mp4', thumbnailPath: '/nowhere.jpg' })
const parts = {
  site,
  setup: fakeSetup(asked),
  monitor: fakeMonitor(asked),
  live: fakeLive().live,
  footage: fakeFootage(),
  reviews: fakeReviews({ path: '/nowhere.mp4', thumbnailPath: '/nowhere.jpg' }, asked),
  learning: fakeLearning('/nowhere', asked),
  health: { ready: () => true, cameras: () => [], models: () => [] },
  metrics: { metricsText: async () => 'x 1\n', metricsContentType: 'text/plain' },
}
const streams = createEventStreams({ events: fakeEvents().events, clock: { after: () => () => {} } })
const access = { accounts, mode: 'login', guard: {} as Guard, setCookie: () => {} } as const

type Row = Pick<Route, 'method' | 'path' | 'access' | 'camera' | 'query' | 'params' | 'body' | 'own'>
const sockets: Row[] = liveSockets(parts.live).map((row) => ({ ...row, method: 'GET' }) as Row)
const table: readonly Row[] = [
  ...routeTable(parts, { streams, access, page: undefined, document: () => ({}) }),
  ...sockets,
]

let server: Server
const callers: Record<string, Record<string, string>> = { nobody: {} }
const foreign = ['foreign', 'foreign token']
const strangers = [
  'nobody',
  'session that ended',
  'session of one removed',
  'token taken back',
  'token at its end',
]

beforeAll(async () => {
  server = createServer({ ...parts, port: 0, accounts, access: 'login', events: fakeEvents().events })
  const cookieOf = async (name: string) => {
    const payload = { name, password: goodPassword }
    const reply = await server.inject({ method: 'POST', url: '/api/v1/session', payload })
    const cookie = String(reply.headers['set-cookie']).split(';')[0]!
    return { cookie, 'x-vireo-csrf': '1' }
  }
  const add = (name: string, role: 'viewer' | 'operator' | 'admin', cameras: string[] | null = null) =>
    accounts.users.add({ name, role, cameras, password: goodPassword })
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    await add(role, role)
    callers[role] = await cookieOf(role)
  }
  await add('foreign', 'operator', ['elsewhere'])
  callers.foreign = await cookieOf('foreign')
  const token = (name: string, cameras: string[] | null, expiresMs: number | null = null) => {
    const made = accounts.tokens.add({ name, role: 'operator', cameras, expiresMs, createdBy: 'admin' })
    return { id: made.token.id, headers: { authorization: `Bearer ${made.secret}` } }
  }
  callers['foreign token'] = token('foreign-token', ['elsewhere']).headers
  const back = token('back', null)
  callers['token taken back'] = back.headers
  accounts.tokens.remove(back.id)
  callers['token at its end'] = token('short', null, Date.parse('2026-03-14T03:00:00Z')).headers
  await add('gone', 'admin')
  callers['session of one removed'] = await cookieOf('gone')
  accounts.users.remove('gone')
  await add('late', 'admin')
  callers['session that ended'] = await cookieOf('late')
  accounts.sessions.endAll('late')
  accounts.tick(2 * 3_600_000)
})
afterAll(async () => {
  await server.close()
  accounts.close()
})

const samples: Record<string, string> = {
  id: 'gate',
  alertId: 'a'.repeat(32),
  from: '2026-03-14T02:00:00Z',
  to: '2026-03-14T02:10:00Z',
  at: '2026-03-14T02:05:00Z',
  cameras: 'gate',
}

const fieldsOf = (schema: z.ZodType | undefined) =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : []

/** A request that its schemas take: one that is known, or one with the samples. */
function requestOf({ method, path, query }: Row): [url: string, more: object] {
  const known = good[`${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`]
  if (known) return [known[0], known[1] ?? {}]
  const asks = fieldsOf(query).filter((name) => name in samples)
  const url = path.replace(/:(\w+)/g, (_all, name: string) => samples[name] ?? 'x')
  return [`${url}?${asks.map((name) => `${name}=${samples[name]}`).join('&')}`, {}]
}

const rank: Record<Access, number> = { anyone: 0, partly: 0, viewer: 1, operator: 2, admin: 3 }
const rankOf: Record<string, number> = { viewer: 1, operator: 2, admin: 3, foreign: 2, 'foreign token': 2 }

/** What the row says of this caller: the code of the refusal, or that the request is let through. */
function saidBy(row: Row, caller: string): 'through' | 'API_UNAUTHORIZED' | 'API_FORBIDDEN' {
  if (rank[row.access] === 0) return 'through'
  if (strangers.includes(caller)) return 'API_UNAUTHORIZED'
  if (rankOf[caller]! < rank[row.access]) return 'API_FORBIDDEN'
  return foreign.includes(caller) && isAbout(row) ? 'API_FORBIDDEN' : 'through'
}

/** Whether the request that is tried names a camera, or is about all of them. */
const isAbout = (row: Row) =>
  row.camera !== undefined &&
  !(row.path === '/api/v1/alerts' || row.path === '/api/v1/clips' || row.path === '/api/v1/review')

async function tried(row: Row, caller: string) {
  const [url, { headers = {}, ...more }] = requestOf(row) as [string, { headers?: object }]
  // A stream is not waited for.
  const payloadAsStream = row.path === '/api/v1/events' && saidBy(row, caller) === 'through'
  const all = { ...headers, ...callers[caller] }
  const reply = await server.inject({
    method: row.method as 'GET',
    url,
    ...more,
    headers: all,
    payloadAsStream,
  })
  if (payloadAsStream) reply.stream().destroy()
  const { statusCode } = reply
  const body = payloadAsStream ? '' : reply.body
  const code = statusCode < 400 ? '' : String((JSON.parse(body) as { code: string }).code)
  return { statusCode, body, got: code === 'API_UNAUTHORIZED' || code === 'API_FORBIDDEN' ? code : 'through' }
}

/** Lists that the store shortens, because they have pages; the fakes only note what they are asked for. */
const handsOn = new Set(['/api/v1/alerts', '/api/v1/clips', '/api/v1/review'])

/** What everybody may do with what is his own would end the session that is used here. */
const ends = (row: Row) =>
  row.own === true || (row.method === 'DELETE' && /users|sessions/.test(row.path)) || row.method === 'PATCH'

describe('the table, walked by everybody', () => {
  const rows = table.filter((row) => !ends(row)).map((row) => [`${row.method} ${row.path}`, row] as const)

  it.each(rows)('%s gives each what its row says', async (_name, row) => {
    for (const caller of [...strangers, 'viewer', 'operator', 'admin', ...foreign]) {
      const { got, statusCode, body } = await tried(row, caller)
      const said = saidBy(row, caller)
      expect(got, `${caller}: ${statusCode} ${body.slice(0, 200)}`).toBe(said)
      if (said === 'API_UNAUTHORIZED') expect(statusCode).toBe(401)
      if (said === 'API_FORBIDDEN') expect(statusCode).toBe(403)
    }
  })

  it.each(table.filter(ends).map((row) => [`${row.method} ${row.path}`, row] as const))(
    '%s refuses strangers, and who has too low a role',
    async (_name, row) => {
      const refused = ['viewer', 'operator', 'admin'].filter((caller) => rankOf[caller]! < rank[row.access])
      for (const caller of [...(rank[row.access] === 0 ? [] : strangers), ...refused])
        expect((await tried(row, caller)).got, caller).toBe(saidBy(row, caller))
    },
  )

  it('names the cameras of every row that is about some', () => {
    const isAboutCamera = ({ path, query, body }: Row) =>
      /\/cameras\/:id|:alertId|\/review\/:id/.test(path) ||
      [...fieldsOf(query), ...fieldsOf(body)].some((field) => field === 'camera' || field === 'ids')
    const silent = table.filter((row) => isAboutCamera(row) && row.camera === undefined)
    expect(silent.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })

  it('shows who may see another camera nothing of this one, in no list', async () => {
    const lists = table.filter((row) => row.method === 'GET' && saidBy(row, 'foreign') === 'through')
    const telling: string[] = []
    for (const row of lists) {
      // The document names no camera.
      if (row.path === '/openapi.json') continue
      asked.length = 0
      const { statusCode, body } = await tried(row, 'foreign')
      const left = handsOn.has(row.path) ? JSON.stringify(asked).includes('elsewhere') : !/"gate"/.test(body)
      if (statusCode === 200 && !left)
        telling.push(`${row.path}: ${JSON.stringify(asked)} ${body.slice(0, 200)}`)
    }
    expect(telling).toEqual([])
  })

  it('has no secret in any answer', async () => {
    const kept = [
      goodPassword,
      'hash of',
      ...Object.values(callers).flatMap(({ cookie, authorization }) => [cookie, authorization]),
    ]
      .filter((text) => text !== undefined)
      .map((text) => text.replace(/^.*[= ](?=[\w-]{20,}$)/, ''))
    for (const row of table.filter(({ method, path }) => method === 'GET' && path !== '/api/v1/events')) {
      const { body } = await tried(row, 'admin')
      for (const secret of kept) expect(body, row.path).not.toContain(secret)
    }
  })
})
