import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEventHub, type EventHub } from '../../../../pipelines/site/event-hub.ts'
import { createSiteArchive } from '../../../../pipelines/site/site-archive.ts'
import { type EventStore, openEventStore } from '../../../../src/event/event-store.ts'
import type { SiteEvent } from '../../../../src/http/events/events-port.ts'
import type { CameraEntry } from '../../../../src/http/site-port.ts'
import { type OutboxReader, openOutboxReader } from '../../../../src/store/tables/outbox-reader.ts'
import { sampleStep } from '../../../support/sample-step.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let timers: (() => void)[] = []
const clock = {
  nowMs: () => 1_000_000,
  monoMs: () => 0,
  after(_ms: number, fn: () => void) {
    timers.push(fn)
    return () => {
      timers = timers.filter((each) => each !== fn)
    }
  },
}
let store: EventStore
let outbox: OutboxReader
let archive: ReturnType<typeof createSiteArchive>
let hub: EventHub
let told: SiteEvent[]
const camera = (id: string) =>
  ({ id, paused: false, status: null, mainStatus: null }) as unknown as CameraEntry

beforeEach(() => {
  timers = []
  told = []
  const dataDir = tempDir('event-hub')
  store = openEventStore({ dataDir, source: '/vireo/test', clock })
  outbox = openOutboxReader(dataDir)
  archive = createSiteArchive(dataDir)
  const site = { alert: archive.alert, cameras: () => [camera('gate'), camera('yard')] }
  hub = createEventHub({ outbox, site, clock })
})
afterEach(() => {
  hub.close()
  for (const each of [archive, outbox, store]) each.close()
})

const pass = () => {
  for (const fn of timers.splice(0)) fn()
}
const begin = (alertId: string) => store.acceptAlert(sampleStep({ alertId, phase: 'new', seq: 0 }))
const listen = () => hub.subscribe((events) => told.push(...events))
const ids = () =>
  told.map(({ kind, data }) => [kind, 'alertId' in data ? data.alertId : 'id' in data && data.id])

function clip(alertId: string) {
  store.acceptClip({
    alertId,
    cameraId: 'gate',
    path: `/tmp/${alertId}.mp4`,
    thumbnailPath: null,
    sha256: 'c0ffee',
    bytes: 10,
    startedMs: 1000,
    durationMs: 5000,
    preRollMs: 2000,
    epoch: 1,
    firstPtsUs: 0,
    lastPtsUs: 5_000_000,
  })
}

describe('the hub of events', () => {
  it('tells an alert that was stored once, as it stands, and again when its clip is there', () => {
    listen()
    begin('a'.repeat(32))
    store.acceptAlert(sampleStep({ alertId: 'a'.repeat(32), phase: 'update', seq: 1 }))
    hub.wake()
    hub.wake()
    pass()
    expect(told).toMatchObject([
      { kind: 'alert', cameraId: 'gate', position: 2, data: { phase: 'update', clip: null } },
    ])
    clip('a'.repeat(32))
    hub.wake()
    pass()
    expect(told.slice(1)).toMatchObject([
      { kind: 'alert', position: 3, data: { clip: { sha256: 'c0ffee' } } },
      { kind: 'review', cameraId: 'gate', data: { change: 'added', id: 'a'.repeat(32) } },
    ])
  })

  it('reads nothing and waits for nothing while nobody listens', () => {
    begin('a'.repeat(32))
    hub.wake()
    hub.status('gate')
    expect(timers).toHaveLength(0)
    const leave = listen()
    hub.wake()
    pass()
    expect(told).toEqual([])
    leave()
    hub.wake()
    expect(timers).toHaveLength(0)
  })

  it('tells the same to those who were away, and no more than they can take', () => {
    begin('a'.repeat(32))
    begin('b'.repeat(32))
    expect(hub.since(1)).toMatchObject([{ kind: 'alert', position: 2, data: { alertId: 'b'.repeat(32) } }])
    expect(hub.since(2)).toEqual([])
    expect(hub.since(3)).toBeNull()
    expect(hub.position()).toBe(2)
  })

  it('tells how a camera is when one of its streams changed, once for all that changed together', () => {
    listen()
    for (const id of ['gate', 'gate.main', 'gate']) hub.status(id)
    pass()
    expect(ids()).toEqual([['status', 'gate']])
    expect(told[0]!.data).not.toHaveProperty('config')
    expect(hub.statuses().map(({ cameraId }) => cameraId)).toEqual(['gate', 'yard'])
  })

  it('goes on when the database was away for a moment', () => {
    const real = outbox.after
    let broken = true
    outbox.after = (...asked) => {
      if (broken) throw new Error('disk I/O error')
      return real(...asked)
    }
    hub.close()
    hub = createEventHub({ outbox, site: { alert: archive.alert, cameras: () => [] }, clock })
    listen()
    begin('a'.repeat(32))
    hub.wake()
    pass()
    expect(told).toEqual([])
    broken = false
    hub.wake()
    pass()
    expect(ids()).toEqual([['alert', 'a'.repeat(32)]])
  })
})
