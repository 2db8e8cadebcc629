import fastify from 'fastify'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Guard } from '../../../src/http/access/create-guard.ts'
import { createServer } from '../../../src/http/create-server.ts'
import { createEventStreams } from '../../../src/http/events/event-stream.ts'
import { mountRoutes } from '../../../src/http/mount-routes.ts'
import type { Route } from '../../../src/http/route.ts'
import { routeTable } from '../../../src/http/route-table.ts'
import { fakeEvents } from './fake-events.ts'
import { fakeFootage } from './fake-footage.ts'
import { fakeLearning } from './fake-learning.ts'
import { fakeLive } from './fake-live.ts'
import { fakeMonitor } from './fake-monitor.ts'
import { fakeReviews } from './fake-reviews.ts'
import { fakeSetup } from './fake-setup.ts'
import { fakeSite } from './fake-site.ts'
import { testAccounts } from './test-accounts.ts'

const { site, asked } = fakeSite()
const parts = {
  setup: fakeSetup(asked),
  monitor: fakeMonitor(asked),
  site,
  live: fakeLive().live,
  footage: fakeFootage(),
  reviews: fakeReviews({ path: '', thumbnailPath: '' }, asked),
  learning: fakeLearning('', asked),
  health: { ready: () => true, cameras: () => [], models: () => [] },
  metrics: { metricsText: async () => 'x 1\n', metricsContentType: 'text/plain' },
}
const streams = createEventStreams({ events: fakeEvents().events, clock: { after: () => () => {} } })
const accounts = testAccounts()
afterAll(() => accounts.close())
const access = { accounts, mode: 'open', guard: {} as Guard, setCookie: () => {} } as const
const table = routeTable(parts, { streams, access, page: undefined, document: () => ({}) })

/** Changes that say everything by their path. */
const withoutBody = [
  '/api/v1/cameras/:id/pause',
  '/api/v1/cameras/:id/resume',
  '/api/v1/cameras/:id/unmute',
  '/api/v1/dead-letters/:sink/:id/resend',
  '/api/v1/learning/pause',
  '/api/v1/learning/continue',
  '/api/v1/learning/stop',
  '/api/v1/runs/:id/continue',
]

const fieldsOf = (schema: z.ZodType | undefined) =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : []

/** What is missing in a row of the table. */
function faultsOf(row: Route): string[] {
  const { method, path, params, body, query, answer, access, alsoHead, own = false } = row
  const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
  const [status, shape] = answer ?? []
  const takesBody = (method === 'POST' || method === 'PATCH') && !withoutBody.includes(path)
  const wrong: [boolean, string][] = [
    [fieldsOf(params).join() !== named.join(), 'its parameters are not those of its path'],
    [takesBody !== body instanceof z.ZodType, 'its body has no schema, or it takes none'],
    [query !== undefined && !(query instanceof z.ZodObject), 'its query has no fields'],
    [!(status! >= 200 && status! < 300), 'it has no status'],
    [!(shape instanceof z.ZodType) && !/^\w+\/\w+$/.test(shape ?? ''), 'its answer has no schema'],
    [access === undefined, 'it does not say who may call it'],
    [method !== 'GET' && !own && !['operator', 'admin'].includes(access), 'a viewer changes something'],
    [own && method === 'GET', 'it changes nothing'],
    [alsoHead === true && method !== 'GET', 'only what is got has a head'],
  ]
  return wrong.flatMap(([is, text]) => (is ? [text] : []))
}

describe('the table of routes', () => {
  it('says of every route what it takes and gives, and who may call it', () => {
    expect(table.length).toBeGreaterThan(25)
    for (const row of table) expect(faultsOf(row), `${row.method} ${row.path}`).toEqual([])
    const open = table.filter(({ access }) => access === 'anyone' || access === 'partly')
    expect(open.map(({ path, access }) => [path, access])).toEqual([
      ['/healthz', 'anyone'],
      ['/readyz', 'partly'],
      ['/api/v1/session', 'partly'],
      ['/api/v1/session', 'anyone'],
    ])
  })

  it.each([
    ['a parameter without schema', { path: '/a/:id' }],
    ['a parameter of another name', { path: '/a/:id', params: z.strictObject({ name: z.string() }) }],
    ['a body without schema', { method: 'POST', access: 'admin' }],
    ['an answer without schema', { answer: [200] }],
    ['nobody who may call it', { access: undefined }],
    ['a change for viewers', { method: 'DELETE' }],
  ])('would be refused with %s', (_what, part) => {
    const good = { method: 'GET', path: '/a', access: 'viewer', answer: [200, z.strictObject({})] }
    expect(faultsOf(good as unknown as Route)).toEqual([])
    expect(faultsOf({ ...good, ...part } as unknown as Route)).toHaveLength(1)
  })

  it('is the only way to a route', () => {
    const app = fastify()
    mountRoutes(app, table)
    expect(() => app.get('/behind', () => 'everything')).toThrow(/behind: a route is a row of the table/)
  })

  it('names each method of a path once', () => {
    const names = table.map(({ method, path }) => `${method} ${path}`)
    expect(names).toEqual([...new Set(names)])
  })
})

interface Shape {
  readonly [key: string]: unknown
  readonly properties?: Record<string, Shape>
  readonly items?: Shape
  readonly required?: readonly string[]
  readonly anyOf?: readonly Shape[]
}
interface Operation {
  readonly parameters?: { name: string; in: string; required?: boolean; schema: Shape }[]
  readonly requestBody?: { content: Record<string, { schema: Shape }> }
  readonly responses: Record<string, { content?: Record<string, { schema: Shape }> }>
}

const widest = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]

/** One line for each field, with its type and bounds: what programs rely on, without the words around it. */
function linesOf(name: string, schema: Shape, required = true): string[] {
  const { properties, items, anyOf, required: needed = [], description: _words, ...bounds } = schema
  const told = Object.entries(bounds).filter(
    ([key, value]) =>
      !widest.includes(value as number) && !(key === 'pattern' && bounds.format === 'date-time'),
  )
  const own = `${name}${required ? '' : '?'} ${JSON.stringify(Object.fromEntries(told))}`
  const fields = Object.entries(properties ?? {}).flatMap(([key, value]) =>
    linesOf(`${name}.${key}`, value, needed.includes(key)),
  )
  return [
    ...(anyOf ? anyOf.flatMap((each) => linesOf(name, each, required)) : [own]),
    ...(items ? linesOf(`${name}[]`, items) : []),
    ...fields,
  ]
}

describe('the OpenAPI document', () => {
  it('promises the same as before', async () => {
    const server = createServer({ port: 0, accounts, access: 'open', ...parts, events: fakeEvents().events })
    const { paths } = (await server.inject('/openapi.json')).json() as {
      paths: Record<string, Record<string, Operation>>
    }
    await server.close()
    const lines = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) => {
        const { parameters = [], requestBody, responses } = operation
        const bodies = Object.entries(requestBody?.content ?? {})
        // The fields of a camera are those of the configuration, which has a schema file of its own.
        const body = bodies.slice(0, path === '/api/v1/cameras' ? 0 : 1)
        const answers = Object.entries(responses).filter(([status]) => Number(status) < 400)
        const short = (type: string) => type.replace('application/', '')
        return [
          '',
          `${method} ${path} ${Object.keys(responses).join(' ')}`,
          ...(bodies.length > 0 ? [`  takes ${bodies.map(([type]) => type).join(', ')}`] : []),
          ...parameters.flatMap((each) =>
            linesOf(`  ${each.in} ${each.name}`, each.schema, each.required === true),
          ),
          ...body.flatMap(([, { schema }]) => linesOf('  body', schema)),
          ...answers.flatMap(([, { content = {} }]) =>
            Object.entries(content).flatMap(([type, { schema }]) => linesOf(`  ${short(type)}`, schema)),
          ),
        ]
      }),
    )
    await expect(`${lines.join('\n').trim()}\n`).toMatchFileSnapshot('openapi-promise.txt')
  })
})
