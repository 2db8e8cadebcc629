import type { AlertStep } from '../../core/alert.ts'
import { decodeCursor, encodeCursor, firstPage } from '../../core/page-cursor.ts'
import { readJson } from '../read-json.ts'
import { readDatabase } from './read-database.ts'

export interface AlertFilter {
  readonly cameraId?: string
  readonly label?: string
  readonly rule?: string
  /** Only those that have no end yet, or only those that have. */
  readonly open?: boolean
  /** Alerts that begin at or after it, and before it; milliseconds since the Unix epoch. */
  readonly sinceMs?: number
  readonly untilMs?: number
  /** Goes on after an earlier page. */
  readonly cursor?: string
}

/** An alert as it stands, with its clip. */
export interface AlertRow {
  readonly step: AlertStep
  /** Null: no clip is complete (yet). */
  readonly clip: {
    readonly sha256: string
    readonly durationMs: number
    readonly removedReason: string | null
  } | null
}

export interface AlertReader {
  /** The newest first. @throws AppError API_BAD_REQUEST for a cursor that is none */
  list(filter: AlertFilter, limit: number): { rows: AlertRow[]; next: string | null }
  find(alertId: string): AlertRow | null
  close(): void
}

/** Reads the alerts of a data directory that another process may be writing. @throws AppError STORE_OPEN, STORE_VERSION */
export function openAlertReader(dataDir: string): AlertReader {
  const database = readDatabase(dataDir)
  const from = `SELECT alert.id, alert.started_ms, alert.step, clip.sha256, clip.duration_ms, clip.removed_reason
     FROM alert LEFT JOIN clip ON clip.alert = alert.id`
  const select = database.prepare(
    `${from} WHERE (?1 IS NULL OR alert.camera = ?1) AND (?2 IS NULL OR alert.label = ?2)
     AND (?3 IS NULL OR alert.rule = ?3) AND (?4 IS NULL OR (alert.phase <> 'end') = ?4)
     AND alert.started_ms >= ?5 AND alert.started_ms < ?6 AND (alert.started_ms, alert.id) < (?7, ?8)
     ORDER BY alert.started_ms DESC, alert.id DESC LIMIT ?9`,
  )
  const byId = database.prepare(`${from} WHERE alert.id = ?`)
  return {
    list(filter, limit) {
      const { cameraId = null, label = null, rule = null, open, sinceMs = 0, cursor } = filter
      const { startedMs, id } = cursor === undefined ? firstPage : decodeCursor(cursor)
      const found = select.all(
        ...([cameraId, label, rule, open === undefined ? null : Number(open)] as const),
        ...([sinceMs, filter.untilMs ?? Number.MAX_SAFE_INTEGER, startedMs, id, limit + 1] as const),
      )
      const shown = found.slice(0, limit)
      const last = found.length > limit ? shown.at(-1) : undefined
      return {
        rows: shown.flatMap((row) => toAlertRow(row) ?? []),
        next: last ? encodeCursor({ startedMs: Number(last.started_ms), id: String(last.id) }) : null,
      }
    },
    find(alertId) {
      const row = byId.get(alertId)
      return row === undefined ? null : toAlertRow(row)
    },
    close: () => database.close(),
  }
}

/** Null when the row cannot be read: it is passed over. */
function toAlertRow(row: Record<string, unknown>): AlertRow | null {
  const { sha256, duration_ms, removed_reason } = row
  const step = readJson<AlertStep>(row.step)
  if (step === null) return null
  return {
    step,
    clip:
      sha256 === null
        ? null
        : {
            sha256: String(sha256),
            durationMs: Number(duration_ms),
            removedReason: removed_reason === null ? null : String(removed_reason),
          },
  }
}
