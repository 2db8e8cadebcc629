import { fileURLToPath } from 'node:url'
import type { AlertStep } from '../core/alert.ts'
import type { Clock } from '../core/clock.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { readJson } from '../store/read-json.ts'
import { type StoreDatabase, transaction } from '../store/store-database.ts'
import { alertStepSchema, publishedStepSchema } from '../store/tables/alert-step-schema.ts'

/**
 * Ends, once and for all, the alerts that a process left open: it was killed, or the power went. Of a row that cannot be
 * read the latest event in the outbox says what the alert was; where there is none, its row is closed without an event,
 * and told.
 */
export function endLeftOpen(options: {
  database: StoreDatabase
  acceptAlerts: (steps: readonly AlertStep[]) => unknown
  clock: Clock
  telemetry: Telemetry
}): void {
  const { database, acceptAlerts, clock, telemetry } = options
  const open = database
    .prepare("SELECT id, camera, seq, step FROM alert WHERE phase <> 'end' ORDER BY started_ms, id")
    .all()
  if (open.length === 0) return
  const latest = database.prepare(
    `SELECT data FROM outbox WHERE channel = 'alerts' AND key = ? AND
       CASE WHEN json_valid(data) THEN data ->> '$.alertId' END = ? ORDER BY position DESC LIMIT 1`,
  )
  const close = database.prepare("UPDATE alert SET phase = 'end' WHERE id = ?")
  const causeMonoMs = clock.monoMs()
  const ends: AlertStep[] = []
  for (const { id, camera, seq, step } of open) {
    const known = readJson(step, alertStepSchema) ?? published(latest.get(camera!, id!)?.data)
    if (known) ends.push({ ...known, phase: 'end', seq: Number(seq) + 1, endReason: 'crashed', causeMonoMs })
    else {
      transaction(database, () => close.run(id!))
      telemetry.log.error({ alert: String(id), camera: String(camera) }, unreadable)
    }
  }
  acceptAlerts(ends)
  telemetry.log.warn({ alerts: ends.length }, 'alerts that an earlier process left open were ended')
}

const unreadable =
  'an open alert cannot be read: it is closed without an event, so receivers do not hear of its end'

/** The step as `alertData` made an event of it. */
function published(json: unknown): AlertStep | null {
  const data = readJson(json, publishedStepSchema)
  if (!data) return null
  const { startedAt, lastAt, clipUri, ...step } = data
  const clipPath = clipUri == null ? null : fileURLToPath(clipUri)
  const times = { startedMs: Date.parse(startedAt), lastMs: Date.parse(lastAt) }
  return { ...(step as unknown as AlertStep), ...times, clipPath }
}
