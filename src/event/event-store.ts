import type { AlertStep } from '../core/alert.ts'
import type { CameraStatus } from '../core/camera-status.ts'
import type { Clock } from '../core/clock.ts'
import type { OutboxEvent } from '../core/events.ts'
import { noTelemetry, type Telemetry } from '../core/telemetry-port.ts'
import type { FileGuard } from '../store/file-guard.ts'
import { readJson } from '../store/read-json.ts'
import { type StoreDatabase, transaction } from '../store/store-database.ts'
import { alertStepSchema } from '../store/tables/alert-step-schema.ts'
import { openDatabase } from '../store/tables/event-database.ts'
import { toOutboxEvent } from '../store/tables/outbox-row.ts'
import { createSampleStore, type SampleStore } from '../store/tables/sample-store.ts'
import { createSinkCursors, type SinkCursors } from '../store/tables/sink-cursors.ts'
import { createTierStore, type TierStore } from '../store/tables/tier-store.ts'
import { unreadableRows } from '../store/unreadable-rows.ts'
import { type ClipStore, createClipStore } from './clip-store.ts'
import { alertEvent, cameraStatusEvent, type NewEvent } from './cloud-event.ts'
import { lockDataDir } from './data-lock.ts'
import { endLeftOpen } from './end-left-open.ts'

const pruneRows = 2000

export interface EventStore extends SinkCursors, ClipStore, SampleStore {
  /** One step of an alert: the alert's row and the event in the outbox, in one transaction on disk. */
  acceptAlert(step: AlertStep): OutboxEvent
  /** The same for several steps at once. */
  acceptAlerts(steps: readonly AlertStep[]): OutboxEvent[]
  acceptStatus(status: CameraStatus): OutboxEvent
  /** What became of old footage. */
  readonly tiers: TierStore
  /** Alerts that have no end yet, by their latest step. */
  openAlerts(): AlertStep[]
  /**
   * Removes events older than `keepMs` that every sink in `sinks` has sent, alerts that ended as long ago and have
   * no clip, samples that have none, and what is known of clips that were removed and of dead letters. Never more than 2000 rows of each, so that the event loop goes on; returns how many rows went, call again
   * until it is 0.
   */
  prune(options: { keepMs: number; sinks: readonly string[] }): number
  /** Lets go of the database and the data directory. May be called again. */
  close(): void
}

export interface EventStoreOptions {
  readonly dataDir: string
  readonly source: string
  readonly clock: Clock
  readonly telemetry?: Telemetry
  /** Told of the database, so that it looks after the file. */
  readonly guard?: Pick<FileGuard, 'watch'>
}

/**
 * The durable store of events in `dataDir`, whose CloudEvents have `source`. Alerts that an earlier process left
 * open (it was killed) are ended as `crashed` when it opens.
 *
 * @throws AppError STORE_OPEN, STORE_DAMAGED, STORE_LOCKED, STORE_VERSION; later, from the accepting calls, STORE_WRITE (try
 *   again) or EVENT_INVALID (never will do); then nothing of the call was stored.
 */
export function openEventStore(options: EventStoreOptions): EventStore {
  const { dataDir } = options
  const lock = lockDataDir(dataDir)
  let database: StoreDatabase | null = null
  try {
    database = openDatabase(dataDir, { check: true })
    const store = storeOn(database, lock, options)
    options.guard?.watch(database)
    return store
  } catch (thrown) {
    if (database?.isOpen) database.close()
    lock.release()
    throw thrown
  }
}

function storeOn(database: StoreDatabase, lock: { release(): void }, options: EventStoreOptions): EventStore {
  const { source, clock, telemetry = noTelemetry } = options
  const insert = database.prepare(
    `INSERT INTO outbox (id, channel, key, label, attributes, data, accepted_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
     RETURNING *`,
  )
  const byId = database.prepare('SELECT * FROM outbox WHERE id = ?')
  const upsert = database.prepare(
    `INSERT INTO alert (id, camera, label, rule, severity, zone, phase, seq, score, started_ms, last_ms, step)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, zone = excluded.zone, phase = excluded.phase,
       seq = excluded.seq, score = excluded.score, last_ms = excluded.last_ms, step = excluded.step
       WHERE excluded.seq > alert.seq`,
  )
  const open = database.prepare("SELECT step FROM alert WHERE phase <> 'end' ORDER BY started_ms, id")
  const pruneEvents = database.prepare(
    `DELETE FROM outbox WHERE position IN
       (SELECT position FROM outbox WHERE accepted_ms < ? AND position <= ? LIMIT ?)`,
  )
  const pruneAlerts = database.prepare(
    `DELETE FROM alert WHERE id IN (SELECT id FROM alert WHERE phase = 'end' AND last_ms < ?
       AND NOT EXISTS (SELECT 1 FROM clip WHERE clip.alert = alert.id AND removed_ms IS NULL) LIMIT ?)`,
  )
  const pruneClips = database.prepare(
    'DELETE FROM clip WHERE alert IN (SELECT alert FROM clip WHERE removed_ms < ? LIMIT ?)',
  )
  const pruneSamples = database.prepare(
    `DELETE FROM sample WHERE id IN (SELECT id FROM sample WHERE last_ms < ?
       AND NOT EXISTS (SELECT 1 FROM clip WHERE clip.alert = sample.id) LIMIT ?)`,
  )
  const pruneDeadLetters = database.prepare(
    'DELETE FROM dead_letter WHERE rowid IN (SELECT rowid FROM dead_letter WHERE set_aside_ms < ? LIMIT ?)',
  )

  const put = (event: NewEvent): OutboxEvent => {
    const { id, channel, key, label, attributes, dataJson } = event
    // Looked up first: an insert that is ignored would still use up a position.
    const row =
      byId.get(id) ?? insert.get(id, channel, key, label, JSON.stringify(attributes), dataJson, clock.nowMs())
    return toOutboxEvent(row!, 0)
  }
  const putAlert = (step: AlertStep): OutboxEvent => {
    const { alertId, cameraId, label, rule, severity, zone, phase, seq, score, startedMs, lastMs } = step
    const what = [alertId, cameraId, label, rule, severity, zone ?? null] as const
    const times = [Math.round(startedMs), Math.round(lastMs)] as const
    upsert.run(...what, phase, seq, score, ...times, JSON.stringify(step))
    return put(alertEvent(step, source))
  }
  const openAlerts = () => open.all().flatMap((row) => readJson(row.step, alertStepSchema) ?? [])

  const samples = createSampleStore(database)
  const store: EventStore = {
    ...samples,
    ...createSinkCursors(database, clock, (sink, id) => {
      telemetry.count('vireo_event_dead_letters_total', { sink })
      telemetry.log.error({ sink, id }, 'an event is a dead letter: its row in the database cannot be read')
    }),
    tiers: createTierStore(database, clock),
    ...createClipStore({ database, put, isSample: samples.isSample, source, clock }),
    acceptAlert: (step) => transaction(database, () => putAlert(step)),
    acceptAlerts: (steps) => transaction(database, () => steps.map(putAlert)),
    acceptStatus: (status) => transaction(database, () => put(cameraStatusEvent(status, source))),
    openAlerts,
    prune({ keepMs, sinks }) {
      const cursors = sinks.map((sink) => store.cursor(sink))
      const sent = cursors.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...cursors)
      const beforeMs = clock.nowMs() - keepMs
      return transaction(
        database,
        () =>
          Number(pruneEvents.run(beforeMs, sent, pruneRows).changes) +
          [pruneAlerts, pruneClips, pruneSamples, pruneDeadLetters].reduce(
            (sum, statement) => sum + Number(statement.run(beforeMs, pruneRows).changes),
            0,
          ),
      )
    },
    close() {
      if (!database.isOpen) return
      database.close()
      lock.release()
    },
  }
  tellUnreadable(database, telemetry)
  endLeftOpen({ database, acceptAlerts: store.acceptAlerts, clock, telemetry })
  return store
}

const jsonColumns = { outbox: ['attributes', 'data'], alert: ['step'], sample: ['sample'] }

function tellUnreadable(database: StoreDatabase, telemetry: Telemetry): void {
  for (const [table, rows] of unreadableRows(database, jsonColumns)) {
    telemetry.count('vireo_store_unreadable_rows_total', { table }, rows)
    telemetry.log.error({ table, rows }, 'rows of the database cannot be read and are passed over')
  }
}
