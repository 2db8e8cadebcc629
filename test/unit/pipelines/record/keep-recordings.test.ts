import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepRecordings, recoverRecordings } from '../../../../pipelines/record/keep-recordings.ts'
import { steadyTime } from '../../../../pipelines/record/steady-time.ts'
import { buildDatasetVersion } from '../../../../pipelines/site/dataset.ts'
import { openReviewQueue, type ReviewQueue } from '../../../../pipelines/site/review.ts'
import { configSchema } from '../../../../src/config/config-schema.ts'
import { createEventIntake } from '../../../../src/event/event-intake.ts'
import { type EventStore, openEventStore } from '../../../../src/event/event-store.ts'
import { sampleStep } from '../../../support/sample-step.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { countingTelemetry } from '../../record/sample-fragments.ts'

const dayMs = 86_400_000
const nowMs = 100 * dayMs
const clock = { nowMs: () => nowMs, monoMs: () => nowMs, after: () => () => {} }
let dataDir: string
let store: EventStore
let reviews: ReviewQueue

beforeEach(() => {
  dataDir = tempDir('keep')
  store = openEventStore({ dataDir, source: '/vireo/test', clock })
})
afterEach(() => {
  reviews.close()
  store.close()
})

/** A clip as old as told, with its file. */
function record(alertId: string, daysAgo: number, of: 'alert' | 'sample' = 'alert'): string {
  const startedMs = nowMs - daysAgo * dayMs
  const path = file(`clips/gate/day/${alertId}.mp4`, daysAgo)
  if (of === 'alert')
    store.acceptAlert(
      sampleStep({
        alertId,
        phase: 'end',
        seq: 1,
        endReason: 'cleared',
        startedMs,
        lastMs: startedMs,
      }),
    )
  else
    store.acceptSample({
      sampleId: alertId,
      cameraId: 'gate',
      reason: 'random',
      label: null,
      score: null,
      modelName: 'm',
      modelVersion: '1',
      explanation: 'drawn at random',
      scores: [],
      trackId: null,
      startedMs,
      lastMs: startedMs,
    })
  store.acceptClip({
    alertId,
    cameraId: 'gate',
    epoch: 1,
    path,
    thumbnailPath: null,
    bytes: 10,
    sha256: Buffer.from(alertId).toString('hex').padEnd(64, '0'),
    firstPtsUs: 0,
    lastPtsUs: 8e6,
    startedMs,
    durationMs: 8000,
    preRollMs: 5000,
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

describe('a clock of the machine that jumps', () => {
  /** Sweeps before a jump, at once after it, and when it is believed. */
  async function removedBy(jumpDays: number) {
    const config = configSchema.parse({ version: 1, dataDir, recording: { lowFreeMb: 0, keepDays: 7 } })
    const { telemetry, logs } = countingTelemetry()
    let wallMs = nowMs
    let monoMs = 0
    const own = { nowMs: () => wallMs, monoMs: () => monoMs, after: () => () => {} }
    const intake = createEventIntake({ store, wake: () => {}, clock, telemetry })
    const steady = steadyTime({ dataDir, clock: own, telemetry })
    const retention = keepRecordings({
      config,
      store,
      intake,
      reviews,
      clock: own,
      steady,
      spawn,
      telemetry,
      current: () => config,
      after: new Promise(() => {}),
    })
    const sweep = async () => (await retention.sweep()).removed.map(({ clip }) => clip.alertId).sort()
    const before = await sweep()
    wallMs += jumpDays * dayMs
    const atOnce = await sweep()
    monoMs += 3_700_000
    wallMs += 3_700_000
    const later = await sweep()
    await retention.close()
    return { before, atOnce, later, said: logs.filter(({ fields }) => fields.code === 'STORE_CLOCK').length }
  }
  const reviewed = (id: string) => {
    reviews.judge(id, { verdict: 'unsure', who: 'ann' })
  }

  it.each([40, 400, 365 * 30])(
    'ahead by %d days removes nothing at once, and nothing unreviewed ever',
    async (days) => {
      for (const id of ['new', 'old', 'older']) record(id, { new: 0, old: 6, older: 8 }[id]!)
      record('seen', 1)
      open()
      reviewed('seen')
      reviewed('older')
      expect(await removedBy(days)).toEqual({
        before: ['older'],
        atOnce: [],
        // Believed after an hour: what somebody has seen is too old by it, what waits for a review is not.
        later: ['seen'],
        said: 2,
      })
    },
  )

  it('back removes nothing at all', async () => {
    open()
    record('old', 6)
    expect(await removedBy(-40)).toEqual({ before: [], atOnce: [], later: [], said: 2 })
  })
})

describe('what an earlier process promised', () => {
  it('is finished, or told not to come: once', async () => {
    open()
    const config = configSchema.parse({ version: 1, dataDir })
    const { telemetry } = countingTelemetry()
    const alert = (alertId: string) => {
      const clipPath = join(dataDir, `clips/gate/day/${alertId}.mp4`)
      store.acceptAlert(sampleStep({ alertId, startedMs: nowMs, lastMs: nowMs, clipPath }))
    }
    for (const id of ['gone', 'empty']) alert(id)
    file('clips/gate/day/empty.mp4.part', 0)
    record('there', 1)
    const told: string[] = []
    for (const _start of [1, 2]) {
      const intake = createEventIntake({ store, wake: () => {}, clock, telemetry })
      const clipUnavailable: typeof intake.clipUnavailable = (clip) => {
        told.push(`${clip.alertId} ${clip.reason}`)
        intake.clipUnavailable(clip)
      }
      const parts = { config, store, intake: { ...intake, clipUnavailable }, spawn, clock, telemetry }
      const recovery = await recoverRecordings(parts)
      await recovery.done
      await recovery.close()
    }
    expect(told).toEqual(['gone crashed', 'empty crashed'])
  })
})

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
    expect(queue.list({ state: 'waiting' }, { limit: 9 }).items).toEqual([])
    expect(
      queue.list({ state: 'done' }, { limit: 9 }).items.map(({ id, removedReason }) => [id, removedReason]),
    ).toEqual([
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
