import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openReviewQueue } from '../../../../pipelines/site/review.ts'
import { createSiteReviews } from '../../../../pipelines/site/site-reviews.ts'
import { type EventStore, openEventStore } from '../../../../src/event/event-store.ts'
import type { openClipReader } from '../../../../src/store/tables/clip-reader.ts'
import { sampleStep } from '../../../support/sample-step.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const reads = vi.hoisted(() => ({ count: 0 }))
vi.mock('../../../../src/store/tables/clip-reader.ts', async (original) => {
  const real = await original<{ openClipReader: typeof openClipReader }>()
  return {
    ...real,
    openClipReader(dataDir: string) {
      const reader = real.openClipReader(dataDir)
      const marks: typeof reader.marks = (...given) => {
        reads.count += 1
        return reader.marks(...given)
      }
      return { ...reader, marks }
    },
  }
})

const nowMs = 100 * 86_400_000
const clock = { nowMs: () => nowMs, monoMs: () => nowMs, after: () => () => {} }
const idOf = (n: number) => n.toString(16).padStart(32, '0')
let dataDir: string
let store: EventStore

beforeEach(() => {
  dataDir = tempDir('take-in')
  store = openEventStore({ dataDir, source: '/vireo/test', clock })
})
afterEach(() => store.close())

function record(n: number) {
  const startedMs = nowMs - n * 1000
  const alertId = idOf(n)
  const step = { alertId, phase: 'end', seq: 1, endReason: 'cleared', startedMs, lastMs: startedMs } as const
  store.acceptAlert(sampleStep(step))
  store.acceptClip({
    alertId,
    cameraId: 'gate',
    epoch: 1,
    path: `/clips/${alertId}.mp4`,
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

it('reads what was recorded once, of however many clips it is asked, and again when more is recorded', () => {
  for (let n = 1; n <= 40; n += 1) record(n)
  const queue = openReviewQueue({ dataDir, clock })
  const reviews = createSiteReviews({ queue, dataDir, clock })
  const all = Array.from({ length: 40 }, (_, n) => idOf(n + 1))
  reads.count = 0
  expect(reviews.camerasOf(all)).toEqual(['gate'])
  expect(reads.count).toBe(0)
  expect(reviews.judgeMany(all, { verdict: 'confirm', who: 'ann' }).judged).toHaveLength(40)
  // What people say is noted beside the clips: that is one change.
  expect(reads.count).toBeLessThanOrEqual(1)
  record(41)
  expect(reviews.reviewItem(idOf(41)).cameraId).toBe('gate')
  queue.close()
})
