import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildDatasetVersion } from '../../../pipelines/dataset.ts'
import { keepRecordings } from '../../../pipelines/keep-recordings.ts'
import { openReviewQueue, type ReviewQueue } from '../../../pipelines/review.ts'
import { steadyTime } from '../../../pipelines/steady-time.ts'
import { configSchema } from '../../../src/config/schema.ts'
import type { AlertStep } from '../../../src/core/alert.ts'
import { createEventIntake } from '../../../src/event/event-intake.ts'
import { type EventStore, openEventStore } from '../../../src/event/event-store.ts'
import { countingTelemetry } from '../record/sample-fragments.ts'

const dayMs = 86_400_000
const nowMs = 100 * dayMs
const clock = { nowMs: () => nowMs, monoMs: () => nowMs, after: () => () => {} }
let dataDir: string
let store: EventStore
let reviews: ReviewQueue

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'vireo-keep-'))
  store = openEventStore({ dataDir, source: '/vireo/test', clock })
})
afterEach(() => {
  reviews.close()
  store.close()
  rmSync(dataDir, { recursive: true })
})

/** A clip as old as told, with its file. */
function record(alertId: string, daysAgo: number, of: 'alert' | 'sample' = 'alert'): string {
  const startedMs = nowMs - daysAgo * dayMs
  const path = file(`clips/gate/day/${alertId}.mp4`, daysAgo)
  if (of === 'alert')
    store.acceptAlert({
      ...{ alertId, phase: 'end', seq: 1, rule: 'fall', label: 'falling', severity: 'critical' },
      ...{ cameraId: 'gate', zone: null, trackIds: [], score: 0.9, modelName: 'm', modelVersion: '1' },
      ...{ configHash: 'c', epoch: 1, firstPtsUs: 0, lastPtsUs: 1, startedMs, lastMs: startedMs },
      ...{ causeMonoMs: 0, endReason: 'cleared' },
    } satisfies AlertStep)
  else
    store.acceptSample({
      ...{ sampleId: alertId, cameraId: 'gate', reason: 'random', label: null, score: null },
      ...{ modelName: 'm', modelVersion: '1', explanation: 'drawn at random', scores: [], trackId: null },
      ...{ startedMs, lastMs: startedMs },
    })
  store.acceptClip({
    ...{ alertId, cameraId: 'gate', epoch: 1, path, thumbnailPath: null, bytes: 10 },
    ...{ sha256: Buffer.from(alertId).toString('hex').padEnd(64, '0'), firstPtsUs: 0, lastPtsUs: 8e6 },
    ...{ startedMs, durationMs: 8000, preRollMs: 5000 },
  })
  return path
}
function file(name: string, daysAgo: number): string {
  const path = join(dataDir, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '0123456789')
  utimesSync(path, nowMs / 1000 - daysAgo * 86_400, nowMs / 1000 - daysAgo * 86_400)
  return path
}
async function sweep(recording: object = {}, sampling: object = {}) {
  const config = configSchema.parse({
    version: 1,
    dataDir,
    recording: { lowFreeMb: 0, ...recording },
    sampling,
  })
  const counted = countingTelemetry()
  const intake = createEventIntake({ store, wake: () => {}, clock, telemetry: counted.telemetry })
  const common = { config, store, intake, reviews, clock, spawn, telemetry: counted.telemetry }
  const steady = steadyTime({ dataDir, clock, telemetry: counted.telemetry })
  const retention = keepRecordings({ ...common, steady, current: () => config })
  const report = await retention.sweep()
  await retention.close()
  return report.removed.map(({ clip, reason }) => `${clip.alertId} ${reason}`)
}
const open = () => {
  reviews = openReviewQueue({ dataDir, clock })
  return reviews
}

describe('retention of what people judged', () => {
  it('keeps what says what it shows, and lets the rest go', async () => {
    for (const id of ['confirmed', 'rejected', 'relabelled', 'unsure', 'skipped', 'untouched']) record(id, 40)
    const queue = open()
    queue.judge('confirmed', { verdict: 'confirm', who: 'ann' })
    queue.judge('rejected', { verdict: 'reject', who: 'ann' })
    queue.judge('relabelled', { verdict: 'relabel', labels: ['walking'], who: 'ann' })
    queue.judge('unsure', { verdict: 'unsure', who: 'ann' })
    queue.judge('skipped', { verdict: 'skip', who: 'ann' })
    expect((await sweep()).sort()).toEqual(['skipped age', 'unsure age', 'untouched age'])
    expect(queue.list({ state: 'waiting' }, 9)).toEqual([])
    expect(queue.list({ state: 'done' }, 9).map(({ id, removedReason }) => [id, removedReason])).toEqual([
      ['unsure', 'age'],
      ['relabelled', null],
      ['rejected', null],
      ['confirmed', null],
    ])
    queue.undo('confirmed', 'ann')
    expect(await sweep()).toEqual(['confirmed age'])
  })

  it('keeps what the camera may not have, too', async () => {
    for (const id of ['a', 'b', 'c']) record(id, 20)
    open().judge('a', { verdict: 'confirm', who: 'ann' })
    const bytes = { maxMb: 1 }
    file('clips/gate/day/b.jpg', 20)
    writeFileSync(join(dataDir, 'clips/gate/day/a.jpg'), Buffer.alloc(2 * 1024 * 1024))
    expect((await sweep(bytes)).sort()).toEqual(['b camera_bytes', 'c camera_bytes'])
  })

  it('keeps the sources of datasets, also those that are no clips or that nobody judges any more', async () => {
    const paths = ['d1', 'd2', 'd3', 'd4'].map((id, day) => record(id, 40 + day))
    const queue = open()
    for (const id of ['d1', 'd2', 'd3', 'd4']) queue.judge(id, { verdict: 'confirm', who: 'ann' })
    const shares = { train: 0.5, validation: 0.25, test: 0.25 }
    await buildDatasetVersion({ dataDir, name: 'site', seed: 1, shares, clock })
    for (const id of ['d1', 'd2', 'd3', 'd4']) queue.undo(id, 'ann')
    const kept = file('segments/gate/day/080000000-1.mp4', 40)
    const gone = file('segments/gate/day/080000000-2.mp4', 40)
    mkdirSync(join(dataDir, 'datasets/elsewhere'))
    const manifest = { entries: [{ id: '080000000-1/0-100', path: kept }] }
    writeFileSync(join(dataDir, 'datasets/elsewhere/v1.json'), JSON.stringify(manifest))
    expect(await sweep()).toEqual(['080000000-2 age'])
    expect([...paths, kept, gone].map((path) => existsSync(path))).toEqual([...Array(5).fill(true), false])
  })

  it('keeps samples that nobody judged for a time of their own', async () => {
    record('fresh', 6, 'sample')
    record('old', 8, 'sample')
    record('judged', 8, 'sample')
    record('alert', 8)
    open().judge('judged', { verdict: 'reject', who: 'ann' })
    expect(await sweep()).toEqual(['old age'])
    expect(await sweep({}, { keepDays: 5 })).toEqual(['fresh age'])
  })
})
