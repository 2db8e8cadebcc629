import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AlertStep } from '../../../../src/core/alert.ts'
import type { Page } from '../../../../src/core/page.ts'
import { type EventStore, openEventStore } from '../../../../src/event/event-store.ts'
import {
  type AlertFilter,
  type AlertRow,
  openAlertReader,
} from '../../../../src/store/tables/alert-reader.ts'
import { type ClipRow, openClipReader } from '../../../../src/store/tables/clip-reader.ts'
import { openDatabase } from '../../../../src/store/tables/event-database.ts'
import { markReviewed } from '../../../../src/store/tables/mark-reviewed.ts'
import { sampleStep } from '../../../support/sample-step.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let dataDir: string
let store: EventStore
const open: { close(): void }[] = []
const clock = { nowMs: () => 1e12, monoMs: () => 5, after: () => () => {} }
const idOf = (n: number) => String(n).padStart(32, '0')

const step = (n: number, more: Partial<AlertStep> = {}) =>
  sampleStep({
    alertId: idOf(n),
    phase: 'end',
    seq: 1,
    endReason: 'cleared',
    cameraId: n % 2 === 0 ? 'gate' : 'yard',
    // Pairs begin in the same millisecond: the id decides then.
    startedMs: 1e12 + Math.floor(n / 2),
    ...more,
  })
const clip = (n: number) => ({
  alertId: idOf(n),
  cameraId: 'gate',
  epoch: 1,
  path: '/c/a.mp4',
  thumbnailPath: null,
  bytes: 10,
  sha256: 'b'.repeat(64),
  firstPtsUs: 0,
  lastPtsUs: 9e6,
  startedMs: 1e12 + Math.floor(n / 2),
  durationMs: 9000,
  preRollMs: 5000,
})

beforeEach(() => {
  dataDir = tempDir('reader')
  store = openEventStore({ dataDir, source: '/vireo/test', clock })
  open.push(store)
  store.acceptAlerts(Array.from({ length: 11 }, (_, n) => step(n)))
})
afterEach(() => {
  for (const one of open.splice(0).reverse()) one.close()
})

describe('alert reader', () => {
  const reader = () => {
    const opened = openAlertReader(dataDir)
    open.push(opened)
    return opened
  }
  const ids = (filter: AlertFilter) =>
    reader()
      .list(filter, { limit: 100 })
      .items.map(({ step: { alertId } }) => Number(alertId))

  it('pages through all of them, the newest first, whatever comes in meanwhile', () => {
    const alerts = reader()
    const seen: number[] = []
    let cursor: string | null = null
    do {
      const page: Page<AlertRow> = alerts.list({}, { limit: 3, ...(cursor && { after: cursor }) })
      seen.push(...page.items.map((row) => Number(row.step.alertId)))
      cursor = page.next
      store.acceptAlert(step(100 + seen.length, { startedMs: 2e12 }))
    } while (cursor !== null)
    expect(seen).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
  })

  it('filters', () => {
    store.acceptAlert(step(20, { phase: 'new', label: 'fighting', rule: 'fight', startedMs: 3e12 }))
    expect(ids({ cameraIds: ['yard'] })).toEqual([9, 7, 5, 3, 1])
    expect(ids({ cameraIds: ['yard', 'gate'] })).toHaveLength(12)
    expect(ids({ cameraIds: [] })).toEqual([])
    expect(ids({ label: 'fighting' })).toEqual([20])
    expect(ids({ rule: 'fall' })).toHaveLength(11)
    expect(ids({ open: true })).toEqual([20])
    expect(ids({ open: false })).not.toContain(20)
    store.acceptAlert(step(21, { severity: 'warning', zone: 'pool', startedMs: 3e12 }))
    expect(ids({ severity: 'warning' })).toEqual([21])
    expect(ids({ zone: 'pool' })).toEqual([21])
    expect(ids({ severity: 'warning', zone: 'door' })).toEqual([])
    expect(ids({ sinceMs: 1e12 + 2, untilMs: 1e12 + 4 })).toEqual([7, 6, 5, 4])
  })

  it('knows the clip of an alert, and what became of it', () => {
    const alerts = reader()
    store.acceptClip(clip(2))
    store.acceptClip(clip(4))
    store.acceptClipRemoved({ alertId: idOf(4), cameraId: 'gate', reason: 'age' })
    expect(alerts.find(idOf(2))?.clip).toMatchObject({ durationMs: 9000, removedReason: null })
    expect(alerts.find(idOf(4))?.clip).toMatchObject({ removedReason: 'age' })
    expect(alerts.find(idOf(6))?.clip).toBeNull()
    expect(alerts.find('x')).toBeNull()
  })

  it('knows which were reviewed, until that is taken back', () => {
    for (const n of [3, 5]) store.acceptClip(clip(n))
    markReviewed(dataDir, [{ alertId: idOf(3), reviewedMs: 1 }])
    expect(ids({ reviewed: true })).toEqual([3])
    expect(ids({ reviewed: false })).toEqual([10, 9, 8, 7, 6, 5, 4, 2, 1, 0])
    store.acceptAlert(step(3, { seq: 2 }))
    expect(ids({ reviewed: true, cameraIds: ['yard', 'gate'] })).toEqual([3])
    markReviewed(dataDir, [{ alertId: idOf(3), reviewedMs: null }])
    expect(ids({ reviewed: true })).toEqual([])
  })

  it('chooses what it shows from one index, whatever is asked for', () => {
    const database = openDatabase(dataDir)
    open.push(database)
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT started_ms, id FROM alert INDEXED BY alert_listed
         WHERE camera = 'a' AND label = 'b' AND rule = 'c' AND severity = 'd' AND zone = 'e' AND (phase <> 'end') = 1
         AND reviewed = 0 AND started_ms < 9 AND (started_ms, id) < (8, 'x') ORDER BY started_ms DESC, id DESC LIMIT 51`,
      )
      .all()
      .map(({ detail }) => String(detail))
    expect(plan).toEqual([expect.stringMatching(/^SEARCH alert USING COVERING INDEX alert_listed/)])
  })

  it('refuses a cursor that it did not give', () => {
    for (const cursor of ['x', '', 'MTIz', 'MSAnIE9SIDE9MQ'])
      expect(() => reader().list({}, { limit: 3, after: cursor })).toThrow(/cursor: give the one/)
  })
})

describe('clip reader', () => {
  it('pages through all of them', () => {
    for (let n = 0; n < 5; n += 1) store.acceptClip(clip(n))
    const clips = openClipReader(dataDir)
    open.push(clips)
    const seen: number[] = []
    let cursor: string | null = null
    do {
      const page: Page<ClipRow> = clips.list({}, { limit: 2, ...(cursor && { after: cursor }) })
      seen.push(...page.items.map(({ alertId }) => Number(alertId)))
      cursor = page.next
    } while (cursor !== null)
    expect(seen).toEqual([4, 3, 2, 1, 0])
    expect(clips.get(idOf(3))).toMatchObject({ alertId: idOf(3) })
    expect(clips.get('3')).toBeNull()
  })
})
