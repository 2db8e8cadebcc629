import { type ReadonlySignal, signal } from '@preact/signals'
import { type ApiProblem, api, dataOf, problemOf } from '../api/client.ts'
import type { QueueFilter } from './queue-filter.ts'
import type { ReviewItem, Verdict } from './review-types.ts'

export interface Judgement {
  readonly verdict: Verdict
  readonly labels?: readonly string[]
  readonly newLabels?: boolean
  readonly startMs?: number
  readonly endMs?: number
}

/** What was done and can be taken back. */
export interface Done {
  readonly ids: readonly string[]
  readonly verdict: Verdict
  /** Of many at once. */
  readonly bulk: string | null
}

export interface ReviewQueue {
  readonly items: ReadonlySignal<readonly ReviewItem[] | null>
  readonly at: ReadonlySignal<number>
  readonly problem: ReadonlySignal<ApiProblem | null>
  /** The newest last. */
  readonly done: ReadonlySignal<readonly Done[]>
  load(filter: QueueFilter): Promise<void>
  /** Fetches what follows, when little is left. */
  more(): Promise<void>
  go(to: number): void
  /** Says it and goes on at once; what the server refuses comes back. */
  judge(id: string, judgement: Judgement): Promise<ApiProblem | null>
  judgeMany(ids: readonly string[], judgement: Judgement): Promise<{ judged: number; refused: number }>
  /** Takes the last step back. @throws ApiProblem */
  undo(): Promise<Done | null>
}

const pageSize = 60
/** Fewer ahead, and the next page is fetched. */
const ahead = 15
const mostDone = 200

/** The clips that wait, the newest first, and where one is among them. */
export function createReviewQueue(ask: Pick<typeof api, 'GET' | 'POST'> = api): ReviewQueue {
  const items = signal<readonly ReviewItem[] | null>(null)
  const at = signal(0)
  const problem = signal<ApiProblem | null>(null)
  const done = signal<readonly Done[]>([])
  let filter: QueueFilter = { state: 'waiting' }
  let next: string | null = null
  let fetching: Promise<void> | null = null
  let round = 0

  const fetchPage = async (cursor: string | null) => {
    const query = { ...filter, limit: pageSize, ...(cursor === null ? {} : { cursor }) }
    return await dataOf(ask.GET('/api/v1/review', { params: { query } }))
  }
  const replace = (id: string, change: (item: ReviewItem) => ReviewItem | null) => {
    items.value = (items.value ?? []).flatMap((item) => (item.id === id ? (change(item) ?? []) : [item]))
    at.value = Math.max(0, Math.min(at.value, items.value.length - 1))
  }
  const remember = (step: Done) => {
    done.value = [...done.value, step].slice(-mostDone)
  }
  /** Whether a clip that was judged so is shown no more. */
  const leaves = (verdict: Verdict) => filter.state === 'waiting' && verdict !== 'skip'
  const queue: ReviewQueue = {
    items,
    at,
    problem,
    done,
    async load(wanted) {
      filter = wanted
      const mine = ++round
      try {
        const page = await fetchPage(null)
        if (mine !== round) return
        items.value = page.items
        next = page.next
        at.value = 0
        problem.value = null
      } catch (thrown) {
        if (mine === round) problem.value = problemOf(thrown)
      }
    },
    async more() {
      if (next === null || fetching || (items.value?.length ?? 0) - at.value > ahead) return
      const mine = round
      fetching = fetchPage(next)
        .then((page) => {
          if (mine !== round) return
          const known = new Set(items.value?.map(({ id }) => id))
          items.value = [...(items.value ?? []), ...page.items.filter(({ id }) => !known.has(id))]
          next = page.next
        })
        .catch((thrown) => {
          problem.value = problemOf(thrown)
        })
        .finally(() => {
          fetching = null
        })
      await fetching
    },
    go(to) {
      at.value = Math.max(0, Math.min(to, (items.value?.length ?? 1) - 1))
      void queue.more()
    },
    async judge(id, judgement) {
      const before = items.value ?? []
      const place = before.findIndex((item) => item.id === id)
      const item = before[place]
      if (!item) return null
      if (leaves(judgement.verdict)) replace(id, () => null)
      else queue.go(place + 1)
      void queue.more()
      try {
        const body = bodyOf(judgement)
        const said = await dataOf(ask.POST('/api/v1/review/{id}/label', { params: { path: { id } }, body }))
        remember({ ids: [id], verdict: judgement.verdict, bulk: null })
        replace(id, () => ({ ...item, state: said.state, current: said.current }))
        return null
      } catch (thrown) {
        if (leaves(judgement.verdict)) putBack(item, place)
        return problemOf(thrown)
      }
    },
    async judgeMany(ids, judgement) {
      const body = { ids: [...ids], ...bodyOf(judgement) }
      const said = await dataOf(ask.POST('/api/v1/review/bulk', { body }))
      if (said.judged.length > 0) remember({ ids: said.judged, verdict: judgement.verdict, bulk: said.id })
      const gone = new Set(said.judged)
      if (leaves(judgement.verdict)) items.value = (items.value ?? []).filter(({ id }) => !gone.has(id))
      else await queue.load(filter)
      at.value = Math.max(0, Math.min(at.value, (items.value?.length ?? 1) - 1))
      void queue.more()
      return { judged: said.judged.length, refused: said.refused.length }
    },
    async undo() {
      const last = done.value.at(-1)
      if (!last) return null
      done.value = done.value.slice(0, -1)
      if (last.bulk !== null) {
        const path = { id: last.bulk }
        await dataOf(ask.POST('/api/v1/review/bulk/{id}/undo', { params: { path }, body: {} }))
        await queue.load(filter)
        return last
      }
      const [id] = last.ids as [string]
      const said = await dataOf(ask.POST('/api/v1/review/{id}/undo', { params: { path: { id } }, body: {} }))
      const place = (items.value ?? []).findIndex((item) => item.id === id)
      if (place < 0) putBack(said, at.value)
      else {
        replace(id, (item) => ({ ...item, state: said.state, current: said.current }))
        at.value = place
      }
      return last
    },
  }
  function putBack(item: ReviewItem, place: number) {
    const now = items.value ?? []
    if (now.some(({ id }) => id === item.id)) return
    const to = Math.min(place, now.length)
    items.value = [...now.slice(0, to), item, ...now.slice(to)]
    at.value = to
  }
  return queue
}

const bodyOf = ({ labels, ...rest }: Judgement) => ({ ...rest, ...(labels && { labels: [...labels] }) })
