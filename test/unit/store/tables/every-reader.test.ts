import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Disagreement } from '../../../../src/core/disagreement.ts'
import type { Page, PageRequest } from '../../../../src/core/page.ts'
import { type EventStore, openEventStore } from '../../../../src/event/event-store.ts'
import { openModelRegistry } from '../../../../src/registry/model-registry.ts'
import { openReviewStore } from '../../../../src/review/review-store.ts'
import { openAlertReader } from '../../../../src/store/tables/alert-reader.ts'
import { openClipReader } from '../../../../src/store/tables/clip-reader.ts'
import { openDeadLetters } from '../../../../src/store/tables/dead-letters.ts'
import { openTierReader } from '../../../../src/store/tables/tier-reader.ts'
import { sampleStep } from '../../../support/sample-step.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let dataDir: string
let store: EventStore
let nowMs = 1e12
const open: { close(): void }[] = []
const clock = { nowMs: () => nowMs, monoMs: () => 5, after: () => () => {} }
const idOf = (n: number) => String(n).padStart(32, '0')
const opened = <T extends { close(): void }>(one: T): T => {
  open.push(one)
  return one
}

beforeEach(() => {
  dataDir = tempDir('readers')
  nowMs = 1e12
  store = opened(openEventStore({ dataDir, source: '/vireo/test', clock }))
})
afterEach(() => {
  for (const one of open.splice(0).reverse()) one.close()
})

const alert = (n: number) => store.acceptAlert(sampleStep({ alertId: idOf(n), startedMs: 1e12 + (n >> 1) }))
const clip = (n: number) => ({
  alertId: idOf(n),
  cameraId: 'gate',
  epoch: 1,
  path: 'p',
  thumbnailPath: null,
  bytes: 1,
  sha256: 's',
  firstPtsUs: 0,
  lastPtsUs: 9,
  startedMs: 1e12 + (n >> 1),
  durationMs: 9,
  preRollMs: 0,
})
const sample = (n: number) => ({
  sampleId: idOf(n),
  cameraId: 'gate',
  reason: 'random',
  label: null,
  score: null,
  scores: [],
  epoch: 1,
  firstPtsUs: 0,
  lastPtsUs: 9,
  startedMs: 1e12,
  lastMs: 1e12,
  modelName: 'm',
  modelVersion: '1',
})

interface Reader {
  /** Adds the nth; two by two they have the same rank. */
  add(n: number): void
  list(request: PageRequest): Page<unknown>
  /** Which one it is. */
  nth(item: never): number
}

const readers: Record<string, () => Reader> = {
  alerts: () => {
    const reader = opened(openAlertReader(dataDir))
    return {
      add: alert,
      list: (request) => reader.list({}, request),
      nth: ({ step }: { step: { alertId: string } }) => Number(step.alertId),
    }
  },
  clips: () => {
    const reader = opened(openClipReader(dataDir))
    return {
      add: (n) => void store.acceptClip(clip(n)),
      list: (request) => reader.list({}, request),
      nth: ({ alertId }: { alertId: string }) => Number(alertId),
    }
  },
  samples: () => {
    const reader = opened(openClipReader(dataDir))
    return {
      add(n) {
        store.acceptSample(sample(n) as never)
        store.acceptClip(clip(n))
      },
      list: (request) => reader.list({ of: 'samples' }, request),
      nth: ({ alertId }: { alertId: string }) => Number(alertId),
    }
  },
  'dead letters': () => {
    const reader = opened(openDeadLetters(dataDir))
    return {
      add(n) {
        nowMs = 1e12 + (n >> 1)
        alert(n)
        store.setAside('a sink', store.pending('a sink', 1)[0]!, `${n}`)
      },
      list: (request) => reader.list(request),
      nth: ({ reason }: { reason: string }) => Number(reason),
    }
  },
  segments: () => {
    const reader = opened(openTierReader(dataDir))
    return {
      add(n) {
        nowMs = 1e12 + (n >> 1)
        const segment = { name: `gate/${String(n).padStart(9, '0')}.mp4`, cameraId: 'gate', startedMs: n }
        store.tiers.keep(segment, { kept: 'event' })
      },
      list: (request) => reader.list(null, request),
      nth: ({ startedMs }: { startedMs: number }) => startedMs,
    }
  },
  disagreements: () => {
    const { disagreements } = opened(openModelRegistry({ dir: dataDir, clock, who: 'ann' }))
    return {
      add: (n) => disagreements.add('m', [{ ...disagreement, cameraId: `c${n}` }]),
      list: (request) => disagreements.list({}, request),
      nth: ({ cameraId }: { cameraId: string }) => Number(cameraId.slice(1)),
    }
  },
  review: () => {
    const reviews = opened(openReviewStore({ dataDir, clock }))
    return {
      add(n) {
        const { alertId, ...rest } = clip(n)
        const said = { label: null, score: null, modelVersion: null, explanation: null, removedReason: null }
        reviews.add([{ ...rest, ...said, id: alertId, reason: 'random', saidFromMs: null, saidToMs: null }])
      },
      list: (request) => reviews.list({}, request),
      nth: ({ id }: { id: string }) => Number(id),
    }
  },
}

const disagreement: Disagreement = {
  cameraId: 'gate',
  epoch: 1,
  firstPtsUs: 0,
  lastPtsUs: 1,
  firstArrivalMs: 0,
  lastArrivalMs: 1,
  liveVersion: '1.0.0',
  shadowVersion: '1.1.0',
  liveLabels: ['fall'],
  shadowLabels: [],
  difference: 0.5,
  label: 'fall',
  liveScore: 0.9,
  shadowScore: 0.4,
}

describe('every reader of a list', () => {
  it.each(Object.keys(readers))('%s: shows each once, the newest first, while others are added', (name) => {
    const { add, list, nth } = readers[name]!()
    for (let n = 0; n < 10; n += 1) add(n)
    const seen: number[] = []
    let after: string | undefined
    for (let more = 10; ; more += 1) {
      const { items, next } = list({ limit: 3, ...(after !== undefined && { after }) })
      seen.push(...items.map((item) => nth(item as never)))
      add(more)
      if (next === null) break
      after = next
    }
    expect(seen).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    expect(list({ limit: 99 })).toMatchObject({ next: null })
    expect(list({ limit: 1 }).items).toHaveLength(1)
  })

  it.each(Object.keys(readers))('%s: refuses cursors that it did not give', (name) => {
    const { add, list } = readers[name]!()
    for (let n = 0; n < 3; n += 1) add(n)
    const { next } = list({ limit: 1 })
    const other = name === 'alerts' ? 'clips' : 'alerts'
    const stranger = readers[other]!()
    for (let n = 20; n < 23; n += 1) stranger.add(n)
    for (const after of ['', 'x', `${next}A`, next!.slice(1), stranger.list({ limit: 1 }).next!])
      expect(() => list({ limit: 1, after }), after).toThrow(
        expect.objectContaining({ code: 'API_BAD_REQUEST' }),
      )
  })
})
