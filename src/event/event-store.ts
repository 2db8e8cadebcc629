import type { AlertStep } from '../core/alert.ts'
import type { CameraStatus } from '../core/camera-status.ts'
import type { Clock } from '../core/clock.ts'
import type { OutboxEvent } from '../core/events.ts'
import { noTelemetry, type Telemetry } from '../core/telemetry-port.ts'
import type { FileGuard } from '../store/file-guard.ts'
import { type StoreDatabase, transaction } from '../store/store-database.ts'
import { createAlertTable } from '../store/tables/alert-table.ts'
import { createClipTable } from '../store/tables/clip-table.ts'
import { createDeadLetterTable } from '../store/tables/dead-letter-table.ts'
import { openDatabase } from '../store/tables/event-database.ts'
import { createOutboxTable, type UnplacedEvent } from '../store/tables/outbox-table.ts'
import { createSampleStore, type SampleStore } from '../store/tables/sample-store.ts'
import { createSinkCursors, type SinkCursors } from '../store/tables/sink-cursors.ts'
import { createTierStore, type TierStore } from '../store/tables/tier-store.ts'
import { unreadableRows } from '../store/unreadable-rows.ts'
import { type ClipStore, createClipStore } from './clip-store.ts'
import { alertEvent, cameraStatusEvent } from './cloud-event.ts'
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
  const outbox = createOutboxTable(database)
  const alerts = createAlertTable(database)
  const clips = createClipTable(database)
  const letters = createDeadLetterTable(database)
  const samples = createSampleStore(database)
  const put = (event: UnplacedEvent) => outbox.put(event, clock.nowMs())
  const putAlert = (step: AlertStep): OutboxEvent => {
    alerts.put(step)
    return put(alertEvent(step, source))
  }
  const store: EventStore = {
    ...samples,
    ...createSinkCursors(database, clock, (sink, id) => {
      telemetry.count('vireo_event_dead_letters_total', { sink })
      telemetry.log.error({ sink, id }, 'an event is a dead letter: its row in the database cannot be read')
    }),
    tiers: createTierStore(database, clock),
    ...createClipStore({ database, alerts, clips, put, isSample: samples.isSample, source, clock }),
    acceptAlert: (step) => transaction(database, () => putAlert(step)),
    acceptAlerts: (steps) => transaction(database, () => steps.map(putAlert)),
    acceptStatus: (status) => transaction(database, () => put(cameraStatusEvent(status, source))),
    openAlerts: () => alerts.open().flatMap(({ step }) => step ?? []),
    prune({ keepMs, sinks }) {
      const cursors = sinks.map((sink) => store.cursor(sink))
      const sent = cursors.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...cursors)
      const beforeMs = clock.nowMs() - keepMs
      return transaction(
        database,
        () =>
          outbox.prune(beforeMs, sent, pruneRows) +
          alerts.prune(beforeMs, pruneRows) +
          clips.prune(beforeMs, pruneRows) +
          samples.pruneSamples(beforeMs, pruneRows) +
          letters.prune(beforeMs, pruneRows),
      )
    },
    close() {
      if (!database.isOpen) return
      database.close()
      lock.release()
    },
  }
  tellUnreadable(database, telemetry)
  endLeftOpen({ database, alerts, outbox, acceptAlerts: store.acceptAlerts, clock, telemetry })
  return store
}

const jsonColumns = { outbox: ['attributes', 'data'], alert: ['step'], sample: ['sample'] }

function tellUnreadable(database: StoreDatabase, telemetry: Telemetry): void {
  for (const [table, rows] of unreadableRows(database, jsonColumns)) {
    telemetry.count('vireo_store_unreadable_rows_total', { table }, rows)
    telemetry.log.error({ table, rows }, 'rows of the database cannot be read and are passed over')
  }
}
