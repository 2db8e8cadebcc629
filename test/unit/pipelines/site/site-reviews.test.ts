import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openReviewQueue, type ReviewQueue } from '../../../../pipelines/site/review.ts'
import { createSiteReviews } from '../../../../pipelines/site/site-reviews.ts'
import { type EventStore, openEventStore } from '../../../../src/event/event-store.ts'
import { createServer, type Server } from '../../../../src/http/create-server.ts'
import { sampleStep } from '../../../support/sample-step.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const dayMs = 86_400_000
let nowMs = 100 * dayMs
const clock = { nowMs: () => nowMs, monoMs: () => nowMs, after: () => () => {} }
let dataDir: string
let store: EventStore
let queue: ReviewQueue
let server: Server

beforeEach(() => {
  nowMs = 100 * dayMs
  dataDir = tempDir('site-reviews')
  store = openEventStore({ dataDir, source: '/vireo/test', clock })
  for (let day = 0; day < 6; day += 1) record(idOf(day), nowMs - (6 - day) * dayMs, day % 2 === 0)
  queue = openReviewQueue({ dataDir, clock })
  server = createServer({
    port: 0,
    reviews: createSiteReviews({ queue, dataDir, clock }),
    health: { ready: () => true, cameras: () => [], models: () => [] },
    metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
  })
})
afterEach(async () => {
  await server.close()
  queue.close()
  store.close()
})

const idOf = (n: number) => `${n}`.repeat(32)

/** Clips of alerts on even days, of samples on odd ones. */
function record(alertId: string, startedMs: number, alert: boolean) {
  const path = join(dataDir, `${alertId}.mp4`)
  writeFileSync(path, '0123456789')
  if (alert)
    store.acceptAlert(
      sampleStep({
        alertId,
        phase: 'end',
        seq: 1,
        endReason: 'cleared',
        startedMs,
        lastMs: startedMs,
        score: 0.9,
        modelName: 'm',
        modelVersion: '3',
        explanation: 'in zone door for 5 s',
      }),
    )
  else
    store.acceptSample({
      sampleId: alertId,
      cameraId: 'yard',
      reason: 'uncertain',
      label: 'falling',
      score: 0.5,
      modelName: 'm',
      modelVersion: '3',
      explanation: 'near its threshold',
      trackId: null,
      scores: [
        { label: 'falling', score: 0.5 },
        { label: 'walking', score: 0.2 },
      ],
      startedMs,
      lastMs: startedMs,
    })
  store.acceptClip({
    alertId,
    cameraId: alert ? 'gate' : 'yard',
    epoch: 1,
    path,
    thumbnailPath: null,
    bytes: 10,
    sha256: alertId + alertId,
    firstPtsUs: 0,
    lastPtsUs: 8e6,
    startedMs,
    durationMs: 8000,
    preRollMs: 5000,
  })
}
const call = async (method: 'GET' | 'POST', url: string, payload?: object, headers: object = {}) => {
  const reply = await server.inject({ method, url, headers: { ...headers }, ...(payload ? { payload } : {}) })
  // biome-ignore lint/suspicious/noExplicitAny: read as a stranger would, and looked at by the tests
  const json = (): any => reply.json()
  return { status: reply.statusCode, json, text: reply.body, headers: reply.headers }
}
const get = async (url: string) => (await call('GET', url)).json()
const label = (n: number, judgement: object) => call('POST', `/api/v1/review/${idOf(n)}/label`, judgement)
const ids = (list: { items: { id: string }[] }) => list.items.map(({ id }) => Number(id[0]))

describe('reviews over REST', () => {
  it('list the queue by what is asked, page by page', async () => {
    expect(ids(await get('/api/v1/review'))).toEqual([5, 4, 3, 2, 1, 0])
    expect(ids(await get('/api/v1/review?camera=gate'))).toEqual([4, 2, 0])
    expect(ids(await get('/api/v1/review?reason=uncertain&label=falling'))).toEqual([5, 3, 1])
    expect(ids(await get('/api/v1/review?label=walking'))).toEqual([])
    const since = new Date(nowMs - 3 * dayMs).toISOString()
    expect(ids(await get(`/api/v1/review?since=${since}`))).toEqual([5, 4, 3])
    expect(ids(await get(`/api/v1/review?until=${since}`))).toEqual([2, 1, 0])
    const first = await get('/api/v1/review?limit=4')
    expect(ids(first)).toEqual([5, 4, 3, 2])
    record(idOf(6), nowMs, true)
    const second = await get(`/api/v1/review?limit=4&cursor=${first.next}`)
    expect([ids(second), second.next]).toEqual([[1, 0], null])
    expect(ids(await get('/api/v1/review?limit=1'))).toEqual([6])
    expect((await call('GET', '/api/v1/review?cursor=x')).status).toBe(400)
  })

  it('show one clip with why, scores and everything that was said of it', async () => {
    expect(await get(`/api/v1/review/${idOf(5)}`)).toMatchObject({
      reason: 'uncertain',
      state: 'waiting',
      cameraId: 'yard',
      label: 'falling',
      score: 0.5,
      explanation: 'near its threshold',
      modelVersion: '3',
      preRollMs: 5000,
      rule: null,
      scores: [{ label: 'falling' }, { label: 'walking' }],
      facts: [],
      current: null,
      media: `/api/v1/review/${idOf(5)}/media`,
    })
    expect(await get(`/api/v1/review/${idOf(4)}`)).toMatchObject({
      reason: 'alert',
      explanation: 'in zone door for 5 s',
      rule: 'fall',
      scores: [{ label: 'falling', score: 0.9 }],
    })
    expect(JSON.stringify(await get(`/api/v1/review/${idOf(4)}`))).not.toContain(dataDir)
    expect((await call('GET', `/api/v1/review/${idOf(9)}`)).status).toBe(404)
  })

  it('take every judgement with who and when, and take the latest back', async () => {
    const labels = ['waving', 'falling']
    const said = await label(5, { verdict: 'relabel', labels, startMs: 1000, endMs: 2000, who: 'ann' })
    expect(said.json()).toMatchObject({
      state: 'done',
      current: { verdict: 'relabel', labels: ['falling', 'waving'], startMs: 1000, endMs: 2000, who: 'ann' },
    })
    nowMs += 1000
    await label(5, { verdict: 'reject', who: 'ben' })
    await label(4, { verdict: 'unsure' })
    await label(3, { verdict: 'skip' })
    expect(ids(await get('/api/v1/review'))).toEqual([3, 2, 1, 0])
    expect(ids(await get('/api/v1/review?state=done'))).toEqual([5, 4])
    expect(ids(await get('/api/v1/review?state=all&limit=2'))).toEqual([5, 4])
    const undone = (await call('POST', `/api/v1/review/${idOf(5)}/undo`, { who: 'ann' })).json()
    expect(undone.current).toMatchObject({ verdict: 'relabel', who: 'ann', at: '1970-04-11T00:00:00.000Z' })
    expect(undone.facts.map(({ verdict, who }: { verdict: string; who: string }) => [verdict, who])).toEqual([
      ...[
        ['relabel', 'ann'],
        ['reject', 'ben'],
        ['undo', 'ann'],
      ],
    ])
    expect(queue.find('555').current?.verdict).toBe('relabel')
    expect(store.isUnreviewed(idOf(4), 0)).toBe(false)
  })

  it('say whether enough was judged, and which labels are in use', async () => {
    await label(5, { verdict: 'relabel', labels: ['waving'] })
    await label(4, { verdict: 'confirm' })
    const counters = await get('/api/v1/review/counters')
    expect(counters).toMatchObject({
      waiting: { clips: 4, cameras: [{ clips: 2 }, { clips: 2 }] },
      judged: { clips: 2 },
      learnable: { clips: 2, groups: 2, groupsNeeded: 1 },
      people: [{ who: 'loopback', clips: 2 }],
      curve: [],
      worst: [],
    })
    expect(counters.labels.map((each: { label: string; clips: number }) => [each.label, each.clips])).toEqual(
      [
        ['falling', 1],
        ['waving', 1],
      ],
    )
    expect((await get('/api/v1/labels')).labels.map((each: { label: string }) => each.label)).toEqual([
      'falling',
      'waving',
    ])
  })

  it('judge many at once and take that back at once', async () => {
    const bulk = { ids: [0, 1, 2, 9].map(idOf), verdict: 'reject', who: 'ann' }
    const said = (await call('POST', '/api/v1/review/bulk', bulk)).json()
    expect(said.judged).toEqual([0, 1, 2].map(idOf))
    expect(said.refused).toMatchObject([{ id: idOf(9) }])
    expect(ids(await get('/api/v1/review'))).toEqual([5, 4, 3])
    expect(store.isUnreviewed(idOf(0), 0)).toBe(false)
    const undone = (await call('POST', `/api/v1/review/bulk/${said.id}/undo`)).json()
    expect(undone).toEqual({ undone: [0, 1, 2].map(idOf), kept: [] })
    expect(ids(await get('/api/v1/review'))).toEqual([5, 4, 3, 2, 1, 0])
    expect(store.isUnreviewed(idOf(0), 0)).toBe(true)
    const many = { ...bulk, ids: Array.from({ length: 501 }, (_, n) => `x${n}`) }
    expect((await call('POST', '/api/v1/review/bulk', many)).status).toBe(400)
    expect((await call('POST', `/api/v1/review/bulk/${'0'.repeat(32)}/undo`)).status).toBe(404)
  })

  it('refuse what does not fit the clip', async () => {
    for (const [judgement, message] of [
      [{ verdict: 'relabel' }, /needs a label/],
      [{ verdict: 'confirm', labels: ['x'] }, /labels go with relabel/],
      [{ verdict: 'confirm', startMs: 9000 }, /not within its 8000 ms/],
    ] as const) {
      const refused = await label(5, judgement)
      expect([refused.status, refused.json().code]).toEqual([400, 'API_BAD_REQUEST'])
      expect(refused.json().message).toMatch(message)
    }
    expect((await label(9, { verdict: 'reject' })).status).toBe(404)
    expect((await call('POST', `/api/v1/review/${idOf(5)}/undo`)).status).toBe(400)
    // An id is not abbreviated here.
    expect((await call('GET', '/api/v1/review/555')).status).toBe(404)
  })

  it('play the recording by ranges, until it is removed', async () => {
    const media = `/api/v1/review/${idOf(5)}/media`
    const part = await call('GET', media, undefined, { range: 'bytes=2-4' })
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10'])
    expect(part.headers).toMatchObject({ 'content-type': 'video/mp4', 'accept-ranges': 'bytes' })
    queue.markRemoved([{ id: idOf(5), reason: 'age' }])
    expect(ids(await get('/api/v1/review'))).not.toContain(5)
    expect(await get(`/api/v1/review/${idOf(5)}`)).toMatchObject({
      state: 'removed',
      removedReason: 'age',
      media: null,
      thumbnail: null,
    })
    const gone = await call('GET', media)
    expect([gone.status, gone.json().message]).toEqual([404, expect.stringContaining('was removed (age)')])
  })
})

describe('datasets over REST', () => {
  it('are built, listed, shown and compared', async () => {
    const empty = await call('POST', '/api/v1/datasets', {})
    expect([empty.status, empty.json().code]).toEqual([422, 'TRAIN_DATA'])
    for (const n of [0, 1, 2, 3]) await label(n, { verdict: 'confirm', who: 'ann' })
    const shares = { train: 0.5, validation: 0.25, test: 0.25 }
    const built = await call('POST', '/api/v1/datasets', { name: 'site', shares })
    expect(built.status).toBe(201)
    expect(built.json()).toMatchObject({ version: 1, parent: null, counts: { clips: 4, groups: 4 } })
    expect(built.text).not.toContain(dataDir)
    await label(0, { verdict: 'reject', who: 'ann' })
    await label(5, { verdict: 'confirm', who: 'ann' })
    await call('POST', '/api/v1/datasets', { shares })
    expect(await get('/api/v1/datasets')).toEqual({ datasets: [{ name: 'site', versions: [1, 2] }] })
    const newest = await get('/api/v1/datasets/site')
    expect(newest).toMatchObject({ version: 2, parent: 1, counts: { clips: 5, none: expect.anything() } })
    expect(await get('/api/v1/datasets/site@v2')).toEqual(newest)
    const diff = await get('/api/v1/datasets/site/diff?before=site@1')
    expect(diff.added.map(({ id }: { id: string }) => id)).toEqual([idOf(5)])
    expect([diff.removed, diff.changed]).toEqual([
      [],
      [{ id: idOf(0), field: 'labels', before: 'falling', after: 'none, not falling' }],
    ])
  })

  it('are not found when there are none of that name or number', async () => {
    expect((await call('GET', '/api/v1/datasets/site')).status).toBe(404)
    expect((await call('GET', '/api/v1/datasets/site@x')).status).toBe(400)
    expect((await call('GET', '/api/v1/datasets/..%2Fsite')).status).toBe(400)
  })
})

describe('who may see some cameras only', () => {
  it('is told of a judgement of many once for each camera, and of no other', async () => {
    const told: { id: string; count: number; cameraId: string | null }[] = []
    const reviews = createSiteReviews({ queue, dataDir, clock, changed: (change) => told.push(change) })
    const { id } = reviews.judgeMany([0, 1, 2, 3].map(idOf), { verdict: 'skip', who: 'ann' })
    const each = [
      { cameraId: 'gate', id: idOf(0), count: 2, who: 'ann' },
      { cameraId: 'yard', id: idOf(1), count: 2, who: 'ann' },
    ]
    expect(told).toMatchObject(each.map((part) => ({ change: 'judged', ...part })))
    told.length = 0
    reviews.undoMany(id, 'ann')
    expect(told).toMatchObject(each.map((part) => ({ change: 'undone', ...part })))
  })

  it('is shown no mistake on a clip whose camera is not known any more', async () => {
    const mistake = { group: 'yard/day', truth: 'falling', said: 'walking', confidence: 0.9 }
    const mistakes = [idOf(0), idOf(1), idOf(9)].map((id) => ({ ...mistake, id }))
    const versions = async () => ({ curve: [], mistakes })
    const reviews = createSiteReviews({ queue, dataDir, clock, versions })
    const worst = async (cameras: string[] | null) =>
      (await reviews.counters(cameras)).worst.map(({ id }) => Number(id[0]))
    expect(await worst(null)).toEqual([0, 1, 9])
    expect(await worst(['gate'])).toEqual([0])
  })

  it('is shown labels of its own clips, and those that everybody knows', async () => {
    await label(5, { verdict: 'relabel', labels: ['waving'] })
    const reviews = createSiteReviews({ queue, dataDir, clock, known: () => ['running'] })
    const used = async (cameras: string[] | null) =>
      (await reviews.labels(cameras)).filter(({ clips }) => clips > 0).map(({ label }) => label)
    expect(await used(null)).toEqual(['waving'])
    expect(await used(['yard'])).toEqual(['waving'])
    expect(await used(['gate'])).toEqual([])
    expect(JSON.stringify(await reviews.labels(['gate']))).not.toContain('waving')
  })
})
