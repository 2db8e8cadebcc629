import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AlertStep } from '../../../../src/core/alert.ts'
import { type EventStore, openEventStore } from '../../../../src/event/event-store.ts'
import { openTierReader } from '../../../../src/store/tables/tier-reader.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { createFakeClock } from '../../infer/fake-clock.ts'

let dataDir: string
let store: EventStore
const time = createFakeClock()
beforeEach(() => {
  dataDir = tempDir('tiers')
  store = openEventStore({ dataDir, source: '/vireo/test', clock: time.clock })
})
afterEach(() => {
  store.close()
})

const segment = (n: number, cameraId = 'gate') => ({
  name: `${cameraId}/day/${n}.mp4`,
  cameraId,
  startedMs: n,
})
const lineage = (bytesAfter: number, ssim: number) => ({
  bytesBefore: 1000,
  bytesAfter,
  ssim,
  psnrDb: 36,
  vmaf: null,
  sha256Before: 'before',
  sha256After: 'after',
  plan: 'h264',
})

describe('tier store', () => {
  it('knows of a replacement before and after it is in place', () => {
    store.tiers.replace(segment(1), lineage(100, 0.95), 12.4)
    expect([...store.tiers.decided()]).toEqual([])
    const [row] = store.tiers.replacing()
    expect(row).toMatchObject({
      name: 'gate/day/1.mp4',
      state: 'replacing',
      lineage: { sha256After: 'after' },
    })
    store.tiers.replaced('gate/day/1.mp4')
    expect(store.tiers.replacing()).toEqual([])
    expect([...store.tiers.decided()]).toEqual(['gate/day/1.mp4'])
    store.tiers.forget('gate/day/1.mp4')
    expect(store.tiers.decided().size).toBe(0)
  })

  it('sums up by camera for whoever reads beside it', () => {
    for (const [n, ssim] of [0.9, 0.96].entries()) {
      store.tiers.replace(segment(n), lineage(100 + n, ssim), 10)
      store.tiers.replaced(segment(n).name)
    }
    store.tiers.keep(segment(7), { kept: 'quality', note: 'SSIM', measure: lineage(50, 0.5), tookMs: 5 })
    store.tiers.keep(segment(8), { kept: 'event' })
    store.tiers.keep(segment(1, 'yard'), { kept: 'event' })
    store.tiers.replace(segment(9), lineage(1, 1), 10)
    const reader = openTierReader(dataDir)
    try {
      expect(reader.totals(null)).toEqual([
        {
          cameraId: 'gate',
          tiered: 2,
          kept: { event: 1, quality: 1 },
          bytesBefore: 2000,
          bytesAfter: 201,
          ssim: { mean: 0.9299999999999999, least: 0.9 },
          psnrDb: { mean: 36, least: 36 },
          vmaf: null,
          tookMs: 25,
        },
        {
          cameraId: 'yard',
          tiered: 0,
          kept: { event: 1 },
          bytesBefore: 0,
          bytesAfter: 0,
          ssim: null,
          psnrDb: null,
          vmaf: null,
          tookMs: 0,
        },
      ])
      expect(reader.totals('yard')).toHaveLength(1)
      expect(reader.list('gate', { limit: 10 }).items).toHaveLength(4)
      expect(reader.list(null, { limit: 2 }).items).toHaveLength(2)
      expect(reader.names().size).toBe(6)
    } finally {
      reader.close()
    }
  })

  it('finds the alerts and clips that touch a time, of that camera only', () => {
    const step = { alertId: 'a', cameraId: 'gate', phase: 'end', seq: 1, label: 'x', rule: 'x', score: 1 }
    store.acceptAlert({ ...step, startedMs: 1000, lastMs: 2000, severity: 'info' } as AlertStep)
    store.acceptClip({
      alertId: 'b',
      cameraId: 'gate',
      epoch: 1,
      path: 'p',
      thumbnailPath: null,
      sha256: 's',
      bytes: 1,
      firstPtsUs: 0,
      lastPtsUs: 1,
      startedMs: 5000,
      durationMs: 1000,
      preRollMs: 0,
    })
    const has = (fromMs: number, toMs: number, camera = 'gate') => store.tiers.hasEvents(camera, fromMs, toMs)
    expect([has(0, 1000), has(0, 1001), has(2000, 2001), has(2000.5, 2002), has(2001, 5000)]).toEqual([
      ...[false, true, true, true, false],
    ])
    expect([has(5999, 7000), has(6001, 7000), has(0, 9999, 'yard')]).toEqual([true, false, false])
  })
})
