import type { AlertStep } from '../core/alert.ts'
import type { CameraStatus } from '../core/camera-status.ts'
import type { Clock } from '../core/clock.ts'
import type { OutboxEvent } from '../core/events.ts'
import { alertEvent, cameraStatusEvent, type NewEvent } from './cloud-event.ts'
import { lockDataDir } from './data-lock.ts'
import { openDatabase, transaction } from './database.ts'
import { toOutboxEvent } from './outbox-row.ts'
import { createSinkCursors, type SinkCursors } from './sink-cursors.ts'

export interface EventStore extends SinkCursors {
  /** One step of an alert: the alert's row and the event in the outbox, in one transaction on disk. */
  acceptAlert(step: AlertStep): OutboxEvent
  /** The same for several steps at once. */
  acceptAlerts(steps: readonly AlertStep[]): OutboxEvent[]
  acceptStatus(status: CameraStatus): OutboxEvent
  /** Alerts that have no end yet, by their latest step. */
  openAlerts(): AlertStep[]
  /** Removes events older than `keepMs` that every sink in `sinks` has sent; returns how many. */
  prune(options: { keepMs: number; sinks: readonly string[] }): number
  close(): void
}

/**
 * The durable store of events in `dataDir`. Alerts that an earlier process left open (it was killed) are ended as
 * `shutdown` when it opens.
 *
 * @throws AppError STORE_OPEN, STORE_LOCKED, STORE_VERSION; later STORE_WRITE from the accepting calls.
 */
export function openEventStore(options: { dataDir: string; source: string; clock: Clock }): EventStore {
  const { dataDir, source, clock } = options
  const lock = lockDataDir(dataDir)
  let database: ReturnType<typeof openDatabase>
  try {
    database = openDatabase(dataDir)
  } catch (thrown) {
    lock.release()
    throw thrown
  }
  const insert = database.prepare(
    `INSERT INTO outbox (id, channel, key, label, attributes, data, accepted_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  )
  const byId = database.prepare('SELECT * FROM outbox WHERE id = ?')
  const upsert = database.prepare(
    `INSERT INTO alert (id, camera, label, rule, phase, seq, score, started_ms, last_ms, step)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, seq = excluded.seq, score = excluded.score,
       last_ms = excluded.last_ms, step = excluded.step WHERE excluded.seq > alert.seq`,
  )
  const open = database.prepare("SELECT step FROM alert WHERE phase <> 'end' ORDER BY started_ms, id")

  const put = (event: NewEvent): OutboxEvent => {
    const { id, channel, key, label, attributes, dataJson } = event
    insert.run(id, channel, key, label, JSON.stringify(attributes), dataJson, clock.nowMs())
    return toOutboxEvent(byId.get(id)!, 0)
  }
  const putAlert = (step: AlertStep): OutboxEvent => {
    const { alertId, cameraId, label, rule, phase, seq, score, startedMs, lastMs } = step
    upsert.run(alertId, cameraId, label, rule, phase, seq, score, startedMs, lastMs, JSON.stringify(step))
    return put(alertEvent(step, source))
  }
  const openAlerts = () => open.all().map((row) => JSON.parse(String(row.step)) as AlertStep)

  const store: EventStore = {
    ...createSinkCursors(database),
    acceptAlert: (step) => transaction(database, () => putAlert(step)),
    acceptAlerts: (steps) => transaction(database, () => steps.map(putAlert)),
    acceptStatus: (status) => transaction(database, () => put(cameraStatusEvent(status, source))),
    openAlerts,
    prune({ keepMs, sinks }) {
      const cursors = sinks.map((sink) => store.cursor(sink))
      const sent = cursors.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...cursors)
      const statement = database.prepare('DELETE FROM outbox WHERE accepted_ms < ? AND position <= ?')
      return transaction(database, () => Number(statement.run(clock.nowMs() - keepMs, sent).changes))
    },
    close() {
      database.close()
      lock.release()
    },
  }
  store.acceptAlerts(
    openAlerts().map((step) => ({
      ...step,
      phase: 'end',
      seq: step.seq + 1,
      endReason: 'shutdown',
      causeMonoMs: clock.monoMs(),
    })),
  )
  return store
}
