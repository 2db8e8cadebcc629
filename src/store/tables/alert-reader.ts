import type { AlertStep, Severity } from '../../core/alert.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import { createPagedQuery, oneOf, where } from '../paged-query.ts'
import { readJson } from '../read-json.ts'
import { alertStepSchema } from './alert-step-schema.ts'
import { readDatabase } from './read-database.ts'

export interface AlertFilter {
  /** Only of these cameras. */
  readonly cameraIds?: readonly string[]
  readonly label?: string
  readonly rule?: string
  readonly severity?: Severity
  readonly zone?: string
  /** Only those that have no end yet, or only those that have. */
  readonly open?: boolean
  /** Only those whose clip a person has judged, or only the others. */
  readonly reviewed?: boolean
  /** Alerts that begin at or after it, and before it; milliseconds since the Unix epoch. */
  readonly sinceMs?: number
  readonly untilMs?: number
}

/** An alert as it stands, with its clip. */
export interface AlertRow {
  readonly step: AlertStep
  /** Whether a person has judged its clip. */
  readonly reviewed: boolean
  /** Null: no clip is complete (yet). */
  readonly clip: {
    readonly sha256: string
    readonly durationMs: number
    readonly preRollMs: number
    readonly startedMs: number
    readonly removedReason: string | null
  } | null
}

export interface AlertReader {
  /** The newest first. @throws AppError API_BAD_REQUEST for a cursor that is none */
  list(filter: AlertFilter, request: PageRequest): Page<AlertRow>
  find(alertId: string): AlertRow | null
  close(): void
}

const columns = `SELECT alert.step, alert.reviewed, clip.sha256, clip.duration_ms, clip.pre_roll_ms,
  clip.started_ms AS clip_ms, clip.removed_reason`
const withClip = 'LEFT JOIN clip ON clip.alert = alert.id'

/** Reads the alerts of a data directory that another process may be writing. @throws AppError STORE_OPEN, STORE_VERSION */
export function openAlertReader(dataDir: string): AlertReader {
  const database = readDatabase(dataDir)
  const page = createPagedQuery(
    database,
    {
      name: 'alerts',
      // The index has all that can be asked for, so that no other choice reads less than it in the worst case.
      from: 'alert INDEXED BY alert_listed',
      rank: 'started_ms',
      id: 'id',
      rows: `${columns}, page.* FROM page JOIN alert ON alert.id = page_id ${withClip}`,
    },
    toAlertRow,
  )
  const byId = database.prepare(`${columns} FROM alert ${withClip} WHERE alert.id = ?`)
  return {
    list: ({ cameraIds, label, rule, severity, zone, open, reviewed, sinceMs, untilMs }, request) =>
      page(
        [
          oneOf('camera', cameraIds),
          where('label = ?', label),
          where('rule = ?', rule),
          where('severity = ?', severity),
          where('zone = ?', zone),
          where("(phase <> 'end') = ?", open === undefined ? open : Number(open)),
          where('reviewed = ?', reviewed === undefined ? reviewed : Number(reviewed)),
          where('started_ms >= ?', sinceMs),
          where('started_ms < ?', untilMs),
        ],
        request,
      ),
    find(alertId) {
      const row = byId.get(alertId)
      return row === undefined ? null : toAlertRow(row)
    },
    close: () => database.close(),
  }
}

/** Null when the row cannot be read: it is passed over. */
function toAlertRow(row: Record<string, unknown>): AlertRow | null {
  const { sha256, duration_ms, pre_roll_ms, clip_ms, removed_reason } = row
  const step = readJson(row.step, alertStepSchema)
  if (step === null) return null
  return {
    step,
    reviewed: Number(row.reviewed) === 1,
    clip:
      sha256 === null
        ? null
        : {
            sha256: String(sha256),
            durationMs: Number(duration_ms),
            preRollMs: Number(pre_roll_ms),
            startedMs: Number(clip_ms),
            removedReason: removed_reason === null ? null : String(removed_reason),
          },
  }
}
