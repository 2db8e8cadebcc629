import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClipSample } from '../../../../src/core/clip-sample.ts'
import type { RecordedClip } from '../../../../src/core/recorded-clip.ts'
import { openEventStore } from '../../../../src/event/event-store.ts'
import { openDatabase } from '../../../../src/store/open-database.ts'
import { openClipReader } from '../../../../src/store/tables/clip-reader.ts'
import { databaseFile, eventMigrations } from '../../../../src/store/tables/event-database.ts'
import { markReviewed } from '../../../../src/store/tables/mark-reviewed.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let dataDir: string
let nowMs = 0
const open: { close(): void }[] = []
beforeEach(() => {
  dataDir = tempDir('samples')
  nowMs = 1_000_000
})
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

const openStore = () => {
  const clock = { nowMs: () => nowMs, monoMs: () => nowMs, after: () => () => {} }
  const store = openEventStore({ dataDir, source: '/vireo/test', clock })
  open.push(store)
  return store
}
const sample = (sampleId: string, lastMs: number, more: Partial<ClipSample> = {}): ClipSample => ({
  sampleId,
  cameraId: 'gate',
  reason: 'uncertain',
  label: 'falling',
  score: 0.7,
  modelName: 'actions',
  modelVersion: '3',
  explanation: 'near its threshold',
  scores: [],
  trackId: null,
  startedMs: lastMs - 500,
  lastMs,
  ...more,
})
const clip = (alertId: string, startedMs: number): RecordedClip => ({
  alertId,
  cameraId: 'gate',
  epoch: 1,
  path: `/clips/${alertId}.mp4`,
  thumbnailPath: null,
  sha256: 'b'.repeat(64),
  bytes: 9,
  firstPtsUs: 0,
  lastPtsUs: 8e6,
  startedMs,
  durationMs: 8000,
  preRollMs: 5000,
})

describe('samples in the store', () => {
  it('have clips of which no event tells, beside those of alerts', () => {
    const store = openStore()
    store.acceptSample(sample('s1', 5000.4))
    store.acceptSample(sample('s1', 9000))
    expect(store.acceptClip(clip('s1', 4000))).toBeNull()
    expect(store.acceptClip(clip('a1', 3000))).not.toBeNull()
    const reader = openClipReader(dataDir)
    open.push(reader)
    const ids = (of?: 'alerts' | 'samples' | 'all') =>
      reader.list(of ? { of } : {}, { limit: 9 }).items.map(({ alertId }) => alertId)
    expect([ids(), ids('samples'), ids('all')]).toEqual([['a1'], ['s1'], ['s1', 'a1']])
    expect(reader.find('s1')).toMatchObject({
      why: 'uncertain',
      label: 'falling',
      score: 0.7,
      modelVersion: '3',
      rule: null,
    })
    expect(reader.list({ of: 'all', label: 'falling' }, { limit: 9 }).items).toHaveLength(1)
    expect(store.isUnreviewed('s1', 0)).toBe(false)
    expect(store.isUnreviewed('a1', 0)).toBe(true)
    expect(store.acceptClipRemoved({ alertId: 's1', cameraId: 'gate', reason: 'age' })).toBeNull()
    expect(ids('samples')).toEqual([])
  })

  it('are remembered by a process that starts later, unless they were taken back', () => {
    const first = openStore()
    for (const [id, lastMs] of [
      ['s1', 1000],
      ['s2', 2000],
      ['s3', 3000],
    ] as const)
      first.acceptSample(sample(id, lastMs))
    first.acceptSample(sample('y1', 3000, { cameraId: 'yard' }))
    first.dropSample('s2')
    first.close()
    expect(openStore().samplesSince('gate', 1000)).toEqual([
      { reason: 'uncertain', lastMs: 1000 },
      { reason: 'uncertain', lastMs: 3000 },
    ])
  })

  it('wait until somebody judges them or they are removed', () => {
    const store = openStore()
    for (const id of ['s1', 's2', 's3']) {
      store.acceptSample(sample(id, 1000))
      if (id !== 's3') store.acceptClip(clip(id, 1000))
    }
    store.acceptClip(clip('a1', 1000))
    expect(store.waitingSamples('gate')).toBe(2)
    markReviewed(dataDir, [{ alertId: 's1', reviewedMs: 1 }])
    expect(store.waitingSamples('gate')).toBe(1)
    store.acceptClipRemoved({ alertId: 's2', cameraId: 'gate', reason: 'age' })
    expect([store.waitingSamples('gate'), store.waitingSamples('yard')]).toEqual([0, 0])
  })

  it('are forgotten with their clip, or when there was none', () => {
    const store = openStore()
    for (const id of ['s1', 's2']) store.acceptSample(sample(id, nowMs))
    store.acceptClip(clip('s1', nowMs))
    nowMs += 1000
    const prune = () => store.prune({ keepMs: 500, sinks: [] })
    prune()
    expect([store.isSample('s1'), store.isSample('s2')]).toEqual([true, false])
    store.acceptClipRemoved({ alertId: 's1', cameraId: 'gate', reason: 'age' })
    nowMs += 1000
    while (prune() > 0);
    expect(store.isSample('s1')).toBe(false)
  })

  it('can be read from a database that an older Vireo wrote', () => {
    const subject = { name: 'old', file: join(dataDir, databaseFile), invalid: 'STORE_WRITE' } as const
    openDatabase({ subject, migrations: eventMigrations.slice(0, 3) }).close()
    const reader = openClipReader(dataDir)
    open.push(reader)
    expect(reader.list({ of: 'all' }, { limit: 9 }).items).toEqual([])
  })
})
