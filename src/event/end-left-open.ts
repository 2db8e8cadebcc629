import { fileURLToPath } from 'node:url'
import type { AlertStep } from '../core/alert.ts'
import type { Clock } from '../core/clock.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { readJson } from '../store/read-json.ts'
import { type StoreDatabase, transaction } from '../store/store-database.ts'
import { publishedStepSchema } from '../store/tables/alert-step-schema.ts'
import type { AlertTable } from '../store/tables/alert-table.ts'
import type { OutboxTable } from '../store/tables/outbox-table.ts'

/**
 * Ends, once and for all, the alerts that a process left open: it was killed, or the power went. Of a row that cannot be
 * read the latest event in the outbox says what the alert was; where there is none, its row is closed without an event,
 * and told.
 */
export function endLeftOpen(options: {
  database: StoreDatabase
  alerts: AlertTable
  outbox: OutboxTable
  acceptAlerts: (steps: readonly AlertStep[]) => unknown
  clock: Clock
  telemetry: Telemetry
}): void {
  const { database, alerts, outbox, acceptAlerts, clock, telemetry } = options
  const open = alerts.open()
  if (open.length === 0) return
  const causeMonoMs = clock.monoMs()
  const ends: AlertStep[] = []
  for (const { alertId, cameraId, seq, step } of open) {
    const known = step ?? published(outbox.latestDataOfAlert(cameraId, alertId))
    if (known) ends.push({ ...known, phase: 'end', seq: seq + 1, endReason: 'crashed', causeMonoMs })
    else {
      transaction(database, () => alerts.close(alertId))
      telemetry.log.error({ alert: alertId, camera: cameraId }, unreadable)
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
