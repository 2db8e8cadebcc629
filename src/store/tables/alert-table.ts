import type { AlertStep } from '../../core/alert.ts'
import { readJson } from '../read-json.ts'
import type { StoreDatabase } from '../store-database.ts'
import { alertStepSchema } from './alert-step-schema.ts'

/** The row of an alert that has no end yet. */
export interface OpenAlertRow {
  readonly alertId: string
  readonly cameraId: string
  readonly seq: number
  /** Null: it cannot be read. */
  readonly step: AlertStep | null
}

/** The table of alerts: each by its latest step. */
export interface AlertTable {
  /** Writes a step, unless the alert has come as far already. */
  put(step: AlertStep): void
  /** Alerts that have no end yet, the oldest first. */
  open(): OpenAlertRow[]
  /** Ends a row whose step cannot be read. */
  close(alertId: string): void
  /** The alert names no clip any more. */
  forgoClip(alertId: string): void
  /** Alerts that name a clip of which there is no row. */
  promisedClips(): { readonly alertId: string; readonly cameraId: string }[]
  /** Whether its camera was muted when the alert began. */
  isMuted(alertId: string): boolean
  /** Removes alerts that ended before and have no clip. Returns how many. */
  prune(beforeMs: number, most: number): number
}

export function createAlertTable(database: StoreDatabase): AlertTable {
  const upsert = database.prepare(
    `INSERT INTO alert (id, camera, label, rule, severity, zone, phase, seq, score, started_ms, last_ms, step)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, zone = excluded.zone, phase = excluded.phase,
       seq = excluded.seq, score = excluded.score, last_ms = excluded.last_ms, step = excluded.step
       WHERE excluded.seq > alert.seq`,
  )
  const open = database.prepare(
    "SELECT id, camera, seq, step FROM alert WHERE phase <> 'end' ORDER BY started_ms, id",
  )
  const close = database.prepare("UPDATE alert SET phase = 'end' WHERE id = ?")
  const forgo = database.prepare(
    "UPDATE alert SET step = json_set(step, '$.clipPath', NULL) WHERE id = ? AND json_valid(step)",
  )
  const promised = database.prepare(
    `SELECT id, camera FROM alert WHERE CASE WHEN json_valid(step) THEN step ->> '$.clipPath' END IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM clip WHERE clip.alert = alert.id)`,
  )
  const muted = database.prepare(
    "SELECT 1 FROM alert WHERE id = ? AND CASE WHEN json_valid(step) THEN step ->> '$.muted' END = 1",
  )
  const prune = database.prepare(
    `DELETE FROM alert WHERE id IN (SELECT id FROM alert WHERE phase = 'end' AND last_ms < ?
       AND NOT EXISTS (SELECT 1 FROM clip WHERE clip.alert = alert.id AND removed_ms IS NULL) LIMIT ?)`,
  )
  return {
    put(step) {
      const { alertId, cameraId, label, rule, severity, zone, phase, seq, score, startedMs, lastMs } = step
      const what = [alertId, cameraId, label, rule, severity, zone ?? null] as const
      const times = [Math.round(startedMs), Math.round(lastMs)] as const
      upsert.run(...what, phase, seq, score, ...times, JSON.stringify(step))
    },
    open: () =>
      open.all().map((row) => ({
        alertId: String(row.id),
        cameraId: String(row.camera),
        seq: Number(row.seq),
        step: readJson(row.step, alertStepSchema),
      })),
    close: (alertId) => void close.run(alertId),
    forgoClip: (alertId) => void forgo.run(alertId),
    promisedClips: () =>
      promised.all().map((row) => ({ alertId: String(row.id), cameraId: String(row.camera) })),
    isMuted: (alertId) => muted.get(alertId) !== undefined,
    prune: (beforeMs, most) => Number(prune.run(beforeMs, most).changes),
  }
}
