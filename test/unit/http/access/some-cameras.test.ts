import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/core/errors.ts'
import { createServer, type Server } from '../../../../src/http/create-server.ts'
import { fakeLearning } from '../fake-learning.ts'
import { fakeMonitor } from '../fake-monitor.ts'
import { fakeReviews } from '../fake-reviews.ts'
import { fakeSite } from '../fake-site.ts'
import { testAccounts } from '../test-accounts.ts'

/** What is known of all cameras together, as it is answered to who may see `gate`, `elsewhere` or all of them. */
const accounts = testAccounts()
const asked: unknown[] = []
const { site } = fakeSite()
const [gate] = site.cameras()
const everyState = { connecting: 1, live: 2, stalled: 3, offline: 4, paused: 5 }
const users = [{ name: 'ann', role: 'admin' }]
const monitor = fakeMonitor(asked)
const reviews = fakeReviews({ path: '/nowhere.mp4', thumbnailPath: '/nowhere.jpg' }, asked)
const noChange = { attached: [], detached: [], changed: [], retuned: [], restart: [] }
const tokens: Record<string, { authorization: string }> = {}
let server: Server

beforeAll(() => {
  server = createServer({
    port: 0,
    accounts,
    access: 'login',
    site: {
      ...site,
      status: () => ({
        ...site.status(),
        cameras: everyState,
        sinks: site.status().sinks.map((sink) => ({
          ...sink,
          problem: { code: 'EVENT_REFUSED', message: '/etc/vireo/ca.pem cannot be read' },
        })),
      }),
      cameras: () => [gate!, { ...gate!, id: 'yard', status: null, paused: true }],
      diff: async () => {
        throw new AppError('CONFIG_SYNTAX', '/etc/vireo/v.yaml:7:5: no mapping', {
          details: { file: '/etc/vireo/v.yaml', problems: [{ text: '/etc/vireo/v.yaml:7:5' }] },
        })
      },
      config: () => ({ version: 1, http: { port: 8080, users } }),
      editCamera: async () => ({
        ...noChange,
        camera: gate!,
        attached: ['gate', 'yard'],
        changed: ['yard'],
        restart: ['models actions'],
      }),
    },
    monitor: {
      ...monitor,
      async health() {
        const health = await monitor.health()
        const problems = ['/opt/vireo/models/m.onnx: no provider']
        return { ...health, models: health.models.map((model) => ({ ...model, problems })) }
      },
      series: (camera) => {
        const values = { frames: [1], drops: [1], alerts: [1], p50S: [1], busy: [1], rssMb: [1] }
        return { ...monitor.series(camera), values: camera === undefined ? values : { frames: [2] } }
      },
    },
    reviews: {
      ...reviews,
      labels: async (cameras) => {
        asked.push({ labelsOf: cameras })
        return []
      },
    },
    learning: fakeLearning('/nowhere', asked),
    health: { ready: () => true, cameras: () => [], models: () => [] },
    metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
  })
  const add = (name: string, role: 'viewer' | 'operator' | 'admin', cameras: string[] | null) => {
    const { secret } = accounts.tokens.add({ name, role, cameras, expiresMs: null, createdBy: 'ann' })
    tokens[name] = { authorization: `Bearer ${secret}` }
  }
  add('gate', 'operator', ['gate'])
  add('stale', 'operator', ['gone'])
  add('all', 'viewer', null)
  add('admin', 'admin', null)
})
afterAll(async () => {
  await server.close()
  accounts.close()
})

async function ask(who: string, url: string, method: 'GET' | 'POST' = 'GET') {
  const answer = await server.inject({ method, url: `/api/v1${url}`, headers: tokens[who]! })
  return { status: answer.statusCode, json: answer.json(), text: answer.body }
}

describe('who may see some cameras only', () => {
  it('is told how many of these are in each state, and nothing of what waits for receivers', async () => {
    const none = { connecting: 0, live: 0, stalled: 0, offline: 0, paused: 0 }
    const { json } = await ask('gate', '/status')
    expect([json.cameras, json.sinks]).toEqual([{ ...none, [gate!.status!.state]: 1 }, []])
    expect((await ask('all', '/status')).json.cameras).toEqual(everyState)
  })

  it('gets curves of the machine and of these, and no sums over all', async () => {
    const names = async (who: string, query = '') =>
      Object.keys((await ask(who, `/health/series${query}`)).json.values)
    expect(await names('gate')).toEqual(['busy', 'rssMb'])
    expect(await names('gate', '?camera=gate')).toEqual(['frames'])
    expect(await names('all')).toEqual(['frames', 'drops', 'alerts', 'p50S', 'busy', 'rssMb'])
    expect((await ask('gate', '/health')).json.latency).toEqual([])
  })

  it('is told the labels of these', async () => {
    asked.length = 0
    await ask('gate', '/labels')
    await ask('all', '/labels')
    expect(asked).toEqual([{ labelsOf: ['gate'] }, { labelsOf: null }])
  })

  it('is told versions of a model without the runs and datasets of all', async () => {
    const name = (await ask('all', '/models')).json.models[0].name
    const { json } = await ask('gate', `/models/${name}`)
    expect(json.history).toEqual([])
    for (const each of json.lineage)
      expect(each).toMatchObject({ command: '', run: null, dataset: null, datasets: [] })
    const whole = (await ask('all', `/models/${name}`)).json
    expect(whole.history.length).toBeGreaterThan(0)
    expect(whole.lineage[0].run).not.toBeNull()
  })

  it('is told what an edit does to these, and of no other', async () => {
    const { json } = await ask('gate', '/cameras/gate/pause', 'POST')
    expect(json).toMatchObject({ ...noChange, attached: ['gate'] })
    const gone = await ask('stale', '/cameras/gone/resume', 'POST')
    expect([gone.status, gone.json]).toEqual([404, { code: 'CAMERA_NOT_FOUND', message: 'no camera "gone"' }])
  })
})

it('shows the users of the configuration to admins alone', async () => {
  expect((await ask('admin', '/config')).json.http).toEqual({ port: 8080, users })
  expect((await ask('all', '/config')).json).toEqual({ version: 1, http: { port: 8080 } })
})

it('tells admins alone where files lie on this machine', async () => {
  const told = async (who: string) => {
    const name = (await ask('all', '/models')).json.models[0].name
    const urls = ['/config/diff', '/status', '/health', `/models/${name}`]
    return (await Promise.all(urls.map((url) => ask(who, url)))).map(({ text }) => text).join('\n')
  }
  const places = ['/etc/vireo/v.yaml', '/etc/vireo/ca.pem', '/opt/vireo/models']
  const [toAdmin, toViewer] = [await told('admin'), await told('all')]
  for (const place of places) expect(toAdmin).toContain(place)
  expect(toViewer).not.toMatch(/\/etc|\/opt/)
  expect(toViewer).toContain('"file":"v.yaml"')
})
