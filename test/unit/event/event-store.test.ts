import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import Ajv from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CameraStatus } from '../../../src/core/camera-status.ts'
import { isMuted } from '../../../src/core/events.ts'
import type { RecordedClip } from '../../../src/core/recorded-clip.ts'
import { noTelemetry } from '../../../src/core/telemetry-port.ts'
import { type EventStore, openEventStore } from '../../../src/event/event-store.ts'
import { transaction } from '../../../src/store/store-database.ts'
import { openAlertReader } from '../../../src/store/tables/alert-reader.ts'
import { openClipReader } from '../../../src/store/tables/clip-reader.ts'
import { openDeadLetters } from '../../../src/store/tables/dead-letters.ts'
import { openDatabase } from '../../../src/store/tables/event-database.ts'
import { openOutboxReader } from '../../../src/store/tables/outbox-reader.ts'
import { sampleStep } from '../../support/sample-step.ts'
import { tempDir } from '../../support/temp-dir.ts'

let dataDir: string
let nowMs = 1e12
const clock = { nowMs: () => nowMs, monoMs: () => 5, after: () => () => {} }
const open: { close(): void }[] = []
beforeEach(() => {
  dataDir = tempDir('store')
  nowMs = 1e12
})
afterEach(() => {
  for (const store of open.splice(0)) store.close()
  rmSync(dataDir, { recursive: true })
})

const openStore = (): EventStore => {
  const store = openEventStore({ dataDir, source: '/vireo/test', clock })
  open.push(store)
  return store
}
const reopen = (store: EventStore): EventStore => {
  open.splice(open.indexOf(store), 1)
  store.close()
  return openStore()
}

const step = sampleStep
const status: CameraStatus = {
  cameraId: 'gate',
  state: 'offline',
  reason: 'the camera does not answer',
  code: 'CAMERA_UNREACHABLE',
  sinceMs: 1e12,
  epoch: 2,
  attempt: 1,
  picture: 'ok',
}

const clip = (more: Partial<RecordedClip> = {}): RecordedClip => ({
  alertId: 'a'.repeat(32),
  cameraId: 'gate',
  epoch: 1,
  path: '/data/clips/gate/2001-09-09/a.mp4',
  thumbnailPath: null,
  sha256: 'b'.repeat(64),
  bytes: 1000,
  firstPtsUs: 0,
  lastPtsUs: 9e6,
  startedMs: 1e12,
  durationMs: 9000,
  preRollMs: 5000,
  ...more,
})

describe('event store', () => {
  it('keeps a dead letter, and goes on behind it', () => {
    const store = openStore()
    const refused = store.acceptAlert(step())
    store.acceptStatus(status)
    store.setAside('kafka', refused, 'too large')
    expect(store.pending('kafka', 10).map(({ channel }) => channel)).toEqual(['camera-status'])
    expect(store.pending('site', 10)).toHaveLength(2)
    const reader = openDeadLetters(dataDir)
    open.push(reader)
    expect(reader.list({ limit: 10 }).items).toMatchObject([
      { sink: 'kafka', id: refused.id, reason: 'too large', key: 'gate', dataJson: refused.dataJson },
    ])
  })

  it('marks what is about a muted alert, its clip too, and nothing else', () => {
    const store = openStore()
    const told = store.acceptAlert(step({ alertId: 'told' }))
    const { alertId } = clip()
    const untold = store.acceptAlert(step({ alertId, muted: true }))
    expect([isMuted(told), isMuted(untold)]).toEqual([false, true])
    expect(isMuted(store.acceptClip(clip())!)).toBe(true)
    expect(isMuted(store.acceptClipRemoved({ alertId, cameraId: 'gate', reason: 'age' })!)).toBe(true)
    expect(isMuted(store.acceptClip(clip({ alertId: 'told' }))!)).toBe(false)
    expect(JSON.parse(untold.dataJson).muted).toBe(true)
  })

  it('knows which clips are there and not reviewed, and tells of both ends of their life', () => {
    const store = openStore()
    store.acceptAlert(step())
    const ready = store.acceptClip(clip())!
    expect(store.acceptClip(clip())!.position).toBe(ready.position)
    expect(JSON.parse(ready.dataJson)).toMatchObject({
      uri: 'file:///data/clips/gate/2001-09-09/a.mp4',
      sha256: 'b'.repeat(64),
      endReason: null,
    })
    const { alertId } = clip()
    expect(store.isUnreviewed(alertId, 1e12)).toBe(true)
    expect(store.isUnreviewed(alertId, 1e12 + 1)).toBe(false)
    expect(store.isUnreviewed('other', 0)).toBe(false)
    const reader = openClipReader(dataDir)
    open.push(reader)
    expect(reader.list({ label: 'falling' }, { limit: 10 }).items).toMatchObject([
      { alertId, score: 0.75, reviewed: false },
    ])
    expect(reader.list({ label: 'waving' }, { limit: 10 }).items).toEqual([])
    expect(reader.find('aaa').path).toBe(clip().path)
    expect(() => reader.find('b')).toThrow(/there is no clip/)
    store.acceptClipRemoved({ alertId, cameraId: 'gate', reason: 'age' })
    expect(store.isUnreviewed(alertId, 0)).toBe(false)
    expect(reader.list({}, { limit: 10 }).items).toEqual([])
    expect(reader.list({ removed: true }, { limit: 10 }).items).toMatchObject([{ removedReason: 'age' }])
  })

  it('keeps an alert as long as its clip', () => {
    const store = openStore()
    store.acceptAlert(step({ phase: 'end', seq: 1, endReason: 'cleared' }))
    store.acceptClip(clip())
    nowMs += 1000
    const prune = () => store.prune({ keepMs: 500, sinks: [] })
    const reader = openClipReader(dataDir)
    open.push(reader)
    prune()
    expect(reader.list({}, { limit: 1 }).items).toMatchObject([{ label: 'falling' }])
    store.acceptClipRemoved({ alertId: clip().alertId, cameraId: 'gate', reason: 'age' })
    nowMs += 1000
    while (prune() > 0);
    expect(reader.list({ removed: true }, { limit: 1 }).items).toEqual([])
  })

  it('takes an event once, whatever how often it is offered', () => {
    const store = openStore()
    const first = store.acceptAlert(step())
    expect(store.acceptAlert(step()).position).toBe(first.position)
    expect(store.acceptAlert(step({ phase: 'update', seq: 1 })).position).toBeGreaterThan(first.position)
    expect(store.pending('kafka', 10).map(({ position }) => position)).toEqual([1, 2])
    expect(store.lag('kafka')).toBe(2)
  })

  it('tells since when the oldest event waits', () => {
    const store = openStore()
    expect(store.waitingSinceMs('kafka')).toBeNull()
    const first = store.acceptAlert(step())
    const sinceMs = nowMs
    nowMs += 5000
    const second = store.acceptAlert(step({ phase: 'update', seq: 1 }))
    expect(store.waitingSinceMs('kafka')).toBe(sinceMs)
    store.advance('kafka', first.position)
    expect(store.waitingSinceMs('kafka')).toBe(sinceMs + 5000)
    store.advance('kafka', second.position)
    expect(store.waitingSinceMs('kafka')).toBeNull()
  })

  it('keeps what it took when it is opened again', () => {
    let store = openStore()
    const event = store.acceptStatus(status)
    store = reopen(store)
    expect(store.pending('kafka', 10)).toEqual([event])
  })

  it('tells a state that goes on for another reason', () => {
    const store = openStore()
    const first = store.acceptStatus(status)
    const second = store.acceptStatus({ ...status, reason: 'another one' })
    expect(store.pending('kafka', 10)).toEqual([first, second])
  })

  it('ends alerts that a killed process left open, once', () => {
    let store = openStore()
    store.acceptAlert(step())
    store.acceptAlert(step({ alertId: 'b'.repeat(32) }))
    store.acceptAlert(step({ alertId: 'b'.repeat(32), phase: 'end', seq: 1, endReason: 'cleared' }))
    for (let n = 0; n < 2; n += 1) store = reopen(store)
    expect(store.openAlerts()).toEqual([])
    const phases = store.pending('kafka', 10).map(({ dataJson }) => {
      const { alertId, phase, seq, endReason } = JSON.parse(dataJson)
      return [alertId[0], phase, seq, endReason]
    })
    expect(phases).toEqual([
      ['a', 'new', 0, null],
      ['b', 'new', 0, null],
      ['b', 'end', 1, 'cleared'],
      ['a', 'end', 1, 'crashed'],
    ])
  })

  describe('with rows that cannot be read', () => {
    const spoil = (...statements: string[]) => {
      const database = new DatabaseSync(join(dataDir, 'vireo.db'))
      for (const statement of statements) database.exec(statement)
      database.close()
    }
    const told = () => {
      const counts: string[] = []
      const errors: string[] = []
      const telemetry = {
        ...noTelemetry,
        count: (metric: string, labels: Record<string, string>, by = 1) =>
          void counts.push([metric, ...Object.values(labels), by].join(' ')),
        log: { ...noTelemetry.log, error: (_fields: unknown, text: string) => void errors.push(text) },
      }
      const store = openEventStore({ dataDir, source: '/vireo/test', clock, telemetry })
      open.push(store)
      return { store, counts, errors }
    }
    const phasesFor = (store: EventStore) =>
      store.pending('kafka', 10).map(({ dataJson }) => {
        const { alertId, phase, seq, label, clipUri } = JSON.parse(dataJson)
        return [alertId[0], phase, seq, label, clipUri]
      })

    it('ends an open alert by what was published of it, and tells the rows', () => {
      let store = openStore()
      store.acceptAlert(step({ clipPath: '/data/a.mp4' }))
      store.acceptAlert(step({ phase: 'update', seq: 1, clipPath: '/data/a.mp4' }))
      store.close()
      spoil("UPDATE alert SET step = '{broken'")
      const { store: again, counts, errors } = told()
      expect(phasesFor(again).at(-1)).toEqual(['a', 'end', 2, 'falling', 'file:///data/a.mp4'])
      expect(counts).toEqual(['vireo_store_unreadable_rows_total alert 1'])
      expect(errors).toEqual(['rows of the database cannot be read and are passed over'])
      store = reopen(again)
      expect(phasesFor(store)).toHaveLength(3)
    })

    it('closes an open alert of which nothing can be read, once, and starts', () => {
      const first = openStore()
      first.acceptAlert(step())
      first.close()
      spoil("UPDATE alert SET step = '{broken'", 'DELETE FROM outbox')
      expect(told().errors.join()).toContain('closed without an event')
      for (const store of open.splice(0)) store.close()
      expect(told().errors.join()).not.toContain('closed without an event')
    })

    it('lists the others', () => {
      const store = openStore()
      for (const id of ['a', 'b', 'c']) {
        store.acceptAlert(step({ alertId: id.repeat(32), startedMs: 1e12 + id.charCodeAt(0) }))
        store.acceptClip(clip({ alertId: id.repeat(32), startedMs: 1e12 + id.charCodeAt(0) }))
      }
      spoil(
        `UPDATE alert SET step = 'nonsense' WHERE id = '${'b'.repeat(32)}'`,
        `UPDATE outbox SET data = '{' WHERE position = 1`,
      )
      const alerts = openAlertReader(dataDir)
      const clips = openClipReader(dataDir)
      const outbox = openOutboxReader(dataDir)
      open.push(alerts, clips, outbox)
      const page = alerts.list({}, { limit: 2 })
      const next = alerts.list({}, { limit: 2, after: page.next! })
      expect([page, next].flatMap(({ items }) => items.map((row) => row.step.alertId[0]))).toEqual(['c', 'a'])
      expect(alerts.find('b'.repeat(32))).toBeNull()
      expect(clips.list({}, { limit: 5 }).items.map(({ alertId, label }) => [alertId[0], label])).toEqual([
        ['c', 'falling'],
        ['b', 'falling'],
        ['a', 'falling'],
      ])
      expect(outbox.after(0, 10).map(({ position }) => position)).toEqual([2, 3, 4, 5, 6])
    })

    it.each([
      ['at the beginning', [1, 2], [3, 4, 5]],
      ['in the middle', [3], [1, 2, 4, 5]],
      ['at the end', [5], [1, 2, 3, 4]],
    ])('sets events aside that cannot be sent, %s', (_where, broken, rest) => {
      const { store, counts } = told()
      for (let seq = 0; seq < 5; seq += 1) store.acceptStatus({ ...status, epoch: seq })
      spoil(`UPDATE outbox SET attributes = 'x' WHERE position IN (${broken.join()})`)
      const got: number[] = []
      for (;;) {
        const events = store.pending('kafka', 10)
        if (events.length === 0) break
        got.push(...events.map(({ position }) => position))
        store.advance('kafka', got.at(-1)!)
      }
      expect(got).toEqual(rest)
      expect(counts).toEqual(broken.map(() => 'vireo_event_dead_letters_total kafka 1'))
      const letters = openDeadLetters(dataDir)
      open.push(letters)
      expect(letters.list({ limit: 10 }).items.map(({ reason }) => reason)).toEqual(
        broken.map(() => 'its row cannot be read'),
      )
    })
  })

  it('remembers how far each sink is and which events it tried', () => {
    let store = openStore()
    for (let seq = 0; seq < 5; seq += 1) store.acceptAlert(step({ seq, phase: seq === 0 ? 'new' : 'update' }))
    const [, second, third] = store.pending('kafka', 3)
    store.noteAttempt('kafka', third!.position)
    store.advance('kafka', second!.position)
    store = reopen(store)
    expect([store.lag('kafka'), store.lag('webhook'), store.cursor('kafka')]).toEqual([
      4,
      6,
      second!.position,
    ])
    expect(store.pending('kafka', 2).map(({ attempts }) => attempts)).toEqual([1, 0])
    store.advance('kafka', 1)
    expect(store.cursor('kafka')).toBe(second!.position)
  })

  it('prunes old events that every sink has, and no other', () => {
    const store = openStore()
    store.acceptAlert(step())
    nowMs += 60_000
    store.acceptAlert(step({ phase: 'update', seq: 1 }))
    expect(store.prune({ keepMs: 30_000, sinks: ['kafka'] })).toBe(0)
    store.advance('kafka', 2)
    expect(store.prune({ keepMs: 30_000, sinks: ['kafka'] })).toBe(1)
    expect(store.pending('new-sink', 10).map(({ position }) => position)).toEqual([2])
    expect(store.acceptAlert(step({ phase: 'end', seq: 2 })).position).toBe(3)
  })

  it('prunes alerts that ended long ago, and keeps open ones, in bounded bites', () => {
    const store = openStore()
    const ended = Array.from({ length: 1500 }, (_, n) => {
      const alertId = n.toString(16).padStart(32, '0')
      return [step({ alertId }), step({ alertId, phase: 'end', seq: 1, endReason: 'cleared' })]
    })
    store.acceptAlerts([...ended.flat(), step()])
    nowMs += 60_000
    const bites: number[] = []
    for (let bite = store.prune({ keepMs: 1000, sinks: [] }); bite > 0; ) {
      bites.push(bite)
      bite = store.prune({ keepMs: 1000, sinks: [] })
    }
    expect(bites).toEqual([3500, 1001])
    expect(store.openAlerts()).toHaveLength(1)
    expect(store.lag('kafka')).toBe(0)
  })

  it('lets one process in, and says so to another', () => {
    openStore()
    expect(() => openEventStore({ dataDir, source: 's', clock })).toThrow(
      expect.objectContaining({ code: 'STORE_LOCKED' }),
    )
  })

  it('refuses a database of a newer version and frees the lock', () => {
    openStore().close()
    const database = new DatabaseSync(join(dataDir, 'vireo.db'))
    database.exec('PRAGMA user_version = 999')
    database.close()
    for (let n = 0; n < 2; n += 1)
      expect(() => openEventStore({ dataDir, source: 's', clock })).toThrow(
        expect.objectContaining({ code: 'STORE_VERSION' }),
      )
    expect(() => openOutboxReader(dataDir)).toThrow(expect.objectContaining({ code: 'STORE_VERSION' }))
  })

  it.each([
    [
      'STORE_OPEN',
      'a data directory that is a file',
      () => {
        rmSync(dataDir, { recursive: true })
        writeFileSync(dataDir, '')
      },
    ],
    ['STORE_OPEN', 'a database that is a folder', () => mkdirSync(join(dataDir, 'vireo.db'))],
    [
      'STORE_DAMAGED',
      'a database that is none',
      () => writeFileSync(join(dataDir, 'vireo.db'), 'x'.repeat(5000)),
    ],
  ])('says %s with the path for %s', (code, _name, spoil) => {
    spoil()
    for (let n = 0; n < 2; n += 1)
      expect(() => openEventStore({ dataDir, source: 's', clock })).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(dataDir) }),
      )
  })

  it('keeps what it has when it cannot write, says so, and goes on when it can again', () => {
    const database = openDatabase(dataDir)
    const write = (text: string) =>
      transaction(database, () =>
        database.exec(`INSERT INTO outbox (id, channel, key, attributes, data, accepted_ms)
          VALUES ('${text.slice(0, 9)}', 'alerts', 'gate', '{}', '${text}', 1)`),
      )
    write('first')
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
    database.exec(`PRAGMA max_page_count = ${pages}`)
    expect(() => write('big'.repeat(100_000))).toThrow(
      expect.objectContaining({ code: 'STORE_WRITE', retry: true, message: expect.stringContaining('full') }),
    )
    database.exec(`PRAGMA max_page_count = ${pages + 1000}`)
    write('big'.repeat(100_000))
    expect(database.prepare('SELECT id FROM outbox ORDER BY position').all()).toEqual([
      { id: 'first' },
      { id: 'bigbigbig' },
    ])
    database.close()
    expect(() => write('closed')).toThrow(expect.objectContaining({ code: 'STORE_WRITE' }))
  })

  it.each([
    ['a score that is not a number', { score: Number.NaN }],
    ['a time that is none', { lastMs: Number.NaN }],
    ['a label that is an object', { label: {} as never }],
  ])('refuses %s for good, so that it is not tried for ever', (_name, wrong) => {
    const store = openStore()
    expect(() => store.acceptAlert(step(wrong))).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID', retry: false }),
    )
    expect(store.acceptAlert(step()).position).toBe(1)
  })

  it('undoes a half-written batch', () => {
    const store = openStore()
    const broken = { ...step({ phase: 'update', seq: 1 }), label: null as never }
    expect(() => store.acceptAlerts([step(), broken])).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID', retry: false }),
    )
    expect(store.pending('kafka', 10)).toEqual([])
    expect(store.acceptAlert(step()).attempts).toBe(0)
  })
})

describe('a database of an earlier version', () => {
  /** Version 1 as it was released. */
  const versionOne = `
    CREATE TABLE outbox (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel TEXT NOT NULL,
      key TEXT NOT NULL, label TEXT, attributes TEXT NOT NULL, data TEXT NOT NULL, accepted_ms INTEGER NOT NULL) STRICT;
    CREATE INDEX outbox_accepted ON outbox (accepted_ms);
    CREATE TABLE alert (id TEXT PRIMARY KEY, camera TEXT NOT NULL, label TEXT NOT NULL, rule TEXT NOT NULL,
      phase TEXT NOT NULL, seq INTEGER NOT NULL, score REAL NOT NULL, started_ms INTEGER NOT NULL,
      last_ms INTEGER NOT NULL, step TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX alert_recent ON alert (camera, label, started_ms);
    CREATE INDEX alert_open ON alert (phase) WHERE phase <> 'end';
    CREATE INDEX alert_ended ON alert (last_ms) WHERE phase = 'end';
    CREATE TABLE sink (name TEXT PRIMARY KEY, sent INTEGER NOT NULL, tried INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO outbox (id, channel, key, label, attributes, data, accepted_ms)
      VALUES ('e1', 'alerts', 'gate', 'falling', '{"id":"e1"}', '{}', 1), ('e2', 'alerts', 'gate', 'falling', '{"id":"e2"}', '{}', 2);
    INSERT INTO sink VALUES ('kafka', 1, 2);
    PRAGMA user_version = 1`

  const writeVersionOne = () => {
    const old = new DatabaseSync(join(dataDir, 'vireo.db'))
    old.exec(versionOne)
    const steps = [step(), step({ alertId: 'b'.repeat(32), phase: 'end', seq: 3, endReason: 'cleared' })]
    for (const { alertId, cameraId, label, rule, phase, seq, score, startedMs, lastMs, ...rest } of steps)
      old
        .prepare('INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          ...([alertId, cameraId, label, rule, phase, seq, score, startedMs, lastMs] as const),
          JSON.stringify({ ...rest, alertId, cameraId, label, rule, phase, seq, score, startedMs, lastMs }),
        )
    old.close()
  }

  it('is brought up to date: what waits is sent, what was open is ended, and clips can be added', () => {
    writeVersionOne()
    const store = openStore()
    expect(store.pending('kafka', 10).map(({ id, attempts }) => [id, attempts])).toEqual([
      ['e2', 1],
      [expect.any(String), 0],
    ])
    expect(store.openAlerts()).toEqual([])
    store.acceptClip(clip())
    const reader = openClipReader(dataDir)
    open.push(reader)
    expect(reader.list({}, { limit: 5 }).items).toMatchObject([{ alertId: 'a'.repeat(32), label: 'falling' }])
  })

  it('is left as it was when that fails half-way', () => {
    writeVersionOne()
    const old = new DatabaseSync(join(dataDir, 'vireo.db'))
    old.exec('CREATE TABLE clip (mine TEXT)')
    old.close()
    expect(() => openStore()).toThrow(expect.objectContaining({ code: 'STORE_DAMAGED' }))
    const after = new DatabaseSync(join(dataDir, 'vireo.db'))
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 })
    expect(after.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'dead_letter'").get()).toEqual(
      {
        n: 0,
      },
    )
    after.close()
  })
})

describe('outbox reader', () => {
  it('reads while another writes, filtered by camera and label', () => {
    const store = openStore()
    store.acceptAlert(step())
    const reader = openOutboxReader(dataDir)
    open.push(reader)
    store.acceptStatus(status)
    nowMs += 1000
    store.acceptAlert(step({ alertId: 'c'.repeat(32), cameraId: 'yard', label: 'waving' }))
    const seen = (filter = {}) => reader.after(0, 10, filter).map(({ key, channel }) => `${key} ${channel}`)
    expect(seen()).toEqual(['gate alerts', 'gate camera-status', 'yard alerts'])
    expect(seen({ channel: 'alerts', cameraId: 'gate' })).toEqual(['gate alerts'])
    expect(seen({ label: 'waving' })).toEqual(['yard alerts'])
    expect([reader.last(), reader.positionBefore(1e12 + 1), reader.positionBefore(2e12)]).toEqual([3, 2, 3])
  })

  it('reads after the writer has gone', () => {
    const store = openStore()
    store.acceptAlert(step())
    store.close()
    expect(existsSync(join(dataDir, 'vireo.db-wal'))).toBe(false)
    const reader = openOutboxReader(dataDir)
    open.push(reader)
    expect(reader.after(0, 10)).toHaveLength(1)
  })

  it('says that a database is still empty', () => {
    new DatabaseSync(join(dataDir, 'vireo.db')).close()
    expect(() => openOutboxReader(dataDir)).toThrow(
      expect.objectContaining({ code: 'STORE_OPEN', message: expect.stringContaining('still empty') }),
    )
  })

  it('says when nothing was ever written', () => {
    expect(() => openOutboxReader(dataDir)).toThrow(/there is no database/)
  })
})

describe('schemas', () => {
  const schema = (name: string) =>
    JSON.parse(
      readFileSync(join(import.meta.dirname, `../../../src/event/schema/${name}.schema.json`), 'utf8'),
    )
  const ajv = new Ajv.default({ strict: true, allowUnionTypes: true })
  addFormats.default(ajv)

  it.each([
    ['a first step that is not seq 0', { seq: 1 }],
    ['an end without a reason', { phase: 'end', seq: 2 }],
    ['an update with a reason', { phase: 'update', seq: 2, endReason: 'cleared' }],
    ['a score over 1', { score: 1.5 }],
    ['a time that is none', { startedAt: 'yesterday' }],
    ['another reason', { phase: 'end', seq: 2, endReason: 'bored' }],
  ])('refuse %s', (_name, wrong) => {
    const validate = ajv.compile({ ...schema('alert'), $id: undefined })
    const data = JSON.parse(openStore().acceptAlert(step()).dataJson)
    expect(validate(data)).toBe(true)
    expect(validate({ ...data, ...wrong })).toBe(false)
  })

  it('describe the events that are stored, and refuse others', () => {
    const store = openStore()
    for (const [name, event] of [
      ['alert', store.acceptAlert(step())],
      ['alert', store.acceptAlert(step({ phase: 'end', seq: 1, endReason: 'camera_lost' }))],
      ['camera-status', store.acceptStatus(status)],
      ['clip', store.acceptClip(clip())],
      [
        'clip-unavailable',
        store.acceptClipUnavailable({ alertId: clip().alertId, cameraId: 'gate', reason: 'unreadable' }),
      ],
      ['clip-removed', store.acceptClipRemoved({ alertId: clip().alertId, cameraId: 'gate', reason: 'age' })],
    ] as const) {
      const validate = ajv.compile({ ...schema(name), $id: undefined })
      const data = JSON.parse(event!.dataJson)
      expect(validate(data), JSON.stringify(validate.errors)).toBe(true)
      expect(validate({ ...data, extra: 1 })).toBe(false)
      expect(validate({ ...data, cameraId: 'No Slug' })).toBe(false)
      for (const field of Object.keys(data)) {
        const { [field]: _left, ...rest } = data
        expect(validate(rest), `without ${field}`).toBe(false)
      }
      expect(event!.attributes).toMatchObject({
        specversion: '1.0',
        id: event!.id,
        source: '/vireo/test',
        subject: 'gate',
        datacontenttype: 'application/json',
        dataschema: schema(name).$id,
      })
    }
  })
})
