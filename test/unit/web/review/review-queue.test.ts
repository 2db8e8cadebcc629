import createClient from 'openapi-fetch'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { paths } from '../../../../src/web/api/api-types.ts'
import { createReviewQueue, type ReviewQueue } from '../../../../src/web/review/review-queue.ts'

interface Asked {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

let asked: Asked[]
let refuses: string | null
let pages: string[][]
let answer: (request: Request) => Promise<Response>
let queue: ReviewQueue

const item = (id: string, verdict?: string) => ({
  id,
  state: verdict ? 'done' : 'waiting',
  current: verdict ? { verdict, labels: [], seq: 1 } : null,
})

beforeEach(async () => {
  asked = []
  refuses = null
  pages = [['a', 'b', 'c'], ['d']]
  answer = async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    const body = request.method === 'POST' ? await request.json() : null
    asked.push({ method: request.method, path: pathname, body })
    if (request.method === 'POST' && refuses) return json({ code: 'API_BAD_REQUEST', message: refuses }, 400)
    if (pathname === '/api/v1/review') {
      const at = Number(searchParams.get('cursor') ?? 0)
      return json({
        items: pages[at]!.map((id) => item(id)),
        next: at + 1 < pages.length ? `${at + 1}` : null,
      })
    }
    if (pathname === '/api/v1/review/bulk')
      return json({ id: 'f'.repeat(32), judged: ['a', 'b'], refused: [{ id: 'c', message: 'no' }] })
    if (pathname.endsWith('/undo'))
      return json(
        pathname.includes('bulk') ? { undone: ['a', 'b'], kept: [] } : item(pathname.split('/')[4]!),
      )
    return json(item(pathname.split('/')[4]!, (body as { verdict: string }).verdict))
  }
  const ask = createClient<paths>({ baseUrl: 'http://test', fetch: (request) => answer(request) })
  queue = createReviewQueue(ask)
  await queue.load({ state: 'waiting' })
})

const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
const ids = () => queue.items.value?.map(({ id }) => id).join('')
const here = () => queue.items.value?.[queue.at.value]?.id

describe('the queue of the page', () => {
  it('goes on at once, and fetches what follows before it is needed', async () => {
    const judged = queue.judge('a', { verdict: 'confirm' })
    expect([here(), ids()]).toEqual(['b', 'bc'])
    expect(await judged).toBeNull()
    await vi.waitFor(() => expect(ids()).toBe('bcd'))
    expect(asked.filter(({ method }) => method === 'POST')).toEqual([
      { method: 'POST', path: '/api/v1/review/a/label', body: { verdict: 'confirm' } },
    ])
    expect(queue.done.value).toEqual([{ ids: ['a'], verdict: 'confirm', bulk: null }])
  })

  it('brings back a clip that the server did not take', async () => {
    refuses = 'clip b: the part is not within it'
    const problem = await queue.judge('b', { verdict: 'relabel', labels: ['x'], startMs: 0, endMs: 1 })
    expect(problem).toEqual({ code: 'API_BAD_REQUEST', message: refuses })
    expect([ids()?.slice(0, 3), here(), queue.done.value]).toEqual(['abc', 'b', []])
  })

  it('skips without losing the clip, and takes the last step back', async () => {
    await queue.judge('a', { verdict: 'skip' })
    expect([ids()?.slice(0, 3), here()]).toEqual(['abc', 'b'])
    await queue.judge('b', { verdict: 'reject' })
    expect(here()).toBe('c')
    expect(await queue.undo()).toMatchObject({ ids: ['b'] })
    expect(here()).toBe('b')
    await queue.undo()
    expect(here()).toBe('a')
    expect(await queue.undo()).toBeNull()
  })

  it('judges many as one step, and takes them back as one', async () => {
    expect(await queue.judgeMany(['a', 'b', 'c'], { verdict: 'unsure' })).toEqual({ judged: 2, refused: 1 })
    expect(ids()?.[0]).toBe('c')
    await queue.undo()
    expect(asked.at(-2)).toMatchObject({ path: `/api/v1/review/bulk/${'f'.repeat(32)}/undo` })
    expect(ids()).toBe('abc')
  })

  it('keeps its place within what is there, and says what is wrong', async () => {
    queue.go(99)
    expect(here()).toBe('c')
    queue.go(-1)
    expect(here()).toBe('a')
    pages = [[]]
    await queue.load({ state: 'all' })
    expect([ids(), queue.at.value]).toEqual(['', 0])
    answer = async () => json({ code: 'API_BUSY', message: 'later' }, 503)
    await queue.load({ state: 'waiting' })
    expect(queue.problem.value).toEqual({ code: 'API_BUSY', message: 'later' })
  })
})
