import type { SQLOutputValue } from 'node:sqlite'
import { z } from 'zod'
import type { SampleReason } from '../../core/clip-sample.ts'
import { AppError } from '../../core/errors.ts'
import type { Page, PageRequest } from '../../core/page.ts'
import { beginsWith } from '../begins-with.ts'
import { type Condition, createPagedQuery, oneOf, where } from '../paged-query.ts'
import { readJson } from '../read-json.ts'
import { readDatabase } from './read-database.ts'

/** One clip with the alert that it shows, or the sample that it is of. */
export interface ClipRow {
  /** Id of the alert or the sample. */
  readonly alertId: string
  readonly why: 'alert' | SampleReason
  readonly cameraId: string
  readonly label: string | null
  readonly rule: string | null
  readonly score: number | null
  readonly modelVersion: string | null
  /** Why it was alerted or sampled, with figures; null where nothing was said. */
  readonly explanation: string | null
  /** What the model said, the highest first: of an alert its label alone. */
  readonly scores: readonly { readonly label: string; readonly score: number }[]
  readonly path: string
  readonly sha256: string
  readonly bytes: number
  readonly startedMs: number
  readonly durationMs: number
  readonly preRollMs: number
  /** From the first to the last frame for which the model said it; it begins after the pre-roll. */
  readonly lastedMs: number
  /** Why it ends early, or null. */
  readonly endReason: string | null
  readonly reviewed: boolean
  /** Why it was removed, or null while it is there. */
  readonly removedReason: string | null
}

export interface ClipFilter {
  readonly cameraId?: string
  /** Only of these. */
  readonly cameraIds?: readonly string[]
  readonly label?: string
  /** Clips that begin at or after it, milliseconds since the Unix epoch. */
  readonly sinceMs?: number
  /** alerts: the clips of alerts (the default); samples: those that were sampled for review; all: both. */
  readonly of?: 'alerts' | 'samples' | 'all'
  /** Those that were removed, too. */
  readonly removed?: boolean
}

/** That a clip is there, or was: cheap to read, however much is known of it. */
export interface ClipMark {
  readonly id: string
  readonly startedMs: number
  readonly removedReason: string | null
}

export interface ClipReader {
  /** The newest first. @throws AppError API_BAD_REQUEST for a cursor that is none */
  list(filter: ClipFilter, request: PageRequest): Page<ClipRow>
  /** The same, with no more of each than that it is there. */
  marks(filter: ClipFilter, request: PageRequest): Page<ClipMark>
  get(alertId: string): ClipRow | null
  /** By the whole id of its alert or its beginning. @throws AppError API_BAD_REQUEST for none or several. */
  find(idPrefix: string): ClipRow
  /** Another number as soon as anybody has written; cheap to ask. */
  writtenVersion(): number
  close(): void
}

/** Reads the clips of a data directory that another process may be writing. @throws AppError STORE_OPEN, STORE_VERSION */
export function openClipReader(dataDir: string): ClipReader {
  const database = readDatabase(dataDir)
  // JSON that cannot be read counts as none: the clip is there all the same.
  const [step, sample] = ['alert.step', 'sample.sample'].map(
    (text) => `iif(json_valid(${text}), ${text}, NULL)`,
  )
  const columns = `SELECT clip.*, coalesce(sample.reason, 'alert') AS why, alert.rule,
     coalesce(alert.label, sample.label, clip.label) AS label, coalesce(alert.score, sample.score) AS score,
     coalesce(${step}, ${sample}) ->> '$.modelVersion' AS model_version,
     coalesce(${step}, ${sample}) ->> '$.explanation' AS explanation,
     ${sample} ->> '$.scores' AS scores,
     coalesce((${step} ->> '$.lastPtsUs' - ${step} ->> '$.firstPtsUs') / 1000,
       sample.last_ms - (${sample} ->> '$.startedMs'), 0) AS lasted_ms`
  const joins = `LEFT JOIN alert ON alert.id = clip.alert LEFT JOIN sample ON sample.id = clip.alert`
  const from = { name: 'clips', from: 'clip INDEXED BY clip_listed', rank: 'started_ms', id: 'alert' }
  const page = createPagedQuery(
    database,
    { ...from, rows: `${columns}, page.* FROM page JOIN clip ON clip.alert = page_id ${joins}` },
    toClipRow,
  )
  const markPage = createPagedQuery(
    database,
    { ...from, more: 'removed_reason', rows: 'SELECT * FROM page' },
    (row): ClipMark => ({
      id: String(row.page_id),
      startedMs: Number(row.page_rank),
      removedReason: row.removed_reason === null ? null : String(row.removed_reason),
    }),
  )
  const byId = database.prepare(`${columns} FROM clip ${joins} WHERE clip.alert = ?`)
  const byPrefix = database.prepare(`${columns} FROM clip ${joins} WHERE ${beginsWith('clip.alert')} LIMIT 2`)
  const written = database.prepare('PRAGMA data_version')
  return {
    list: (filter, request) => page(conditionsOf(filter), request),
    marks: (filter, request) => markPage(conditionsOf(filter), request),
    get(alertId) {
      const row = byId.get(alertId)
      return row === undefined ? null : toClipRow(row)
    },
    find(idPrefix) {
      const found = byPrefix.all(idPrefix).map(toClipRow)
      if (found.length === 1) return found[0]!
      const why = found.length === 0 ? 'there is no clip of that alert' : 'several clips begin so; give more'
      throw new AppError('API_BAD_REQUEST', `clip ${idPrefix}: ${why}; see vireo clip list`)
    },
    writtenVersion: () => Number(written.get()?.data_version),
    close: () => database.close(),
  }
}

function conditionsOf({
  cameraId,
  cameraIds,
  label,
  sinceMs,
  of = 'alerts',
  removed = false,
}: ClipFilter): Condition[] {
  return [
    where('camera = ?', cameraId),
    oneOf('camera', cameraIds),
    where('label = ?', label),
    where('started_ms >= ?', sinceMs),
    removed ? null : ['removed_reason IS NULL'],
    of === 'all' ? null : ['sampled = ?', Number(of === 'samples')],
  ]
}

const scoresSchema = z.array(z.object({ label: z.string(), score: z.number() }))

function scoresOf({ scores, label, score }: Record<string, SQLOutputValue>): ClipRow['scores'] {
  if (typeof scores === 'string') return readJson(scores, scoresSchema) ?? []
  return label == null || score == null ? [] : [{ label: String(label), score: Number(score) }]
}

function toClipRow(row: Record<string, SQLOutputValue>): ClipRow {
  const text = (value: SQLOutputValue | undefined) => (value == null ? null : String(value))
  return {
    alertId: String(row.alert),
    why: String(row.why) as ClipRow['why'],
    cameraId: String(row.camera),
    label: text(row.label),
    rule: text(row.rule),
    score: row.score == null ? null : Number(row.score),
    modelVersion: text(row.model_version),
    explanation: text(row.explanation),
    scores: scoresOf(row),
    path: String(row.path),
    sha256: String(row.sha256),
    bytes: Number(row.bytes),
    startedMs: Number(row.started_ms),
    durationMs: Number(row.duration_ms),
    preRollMs: Number(row.pre_roll_ms),
    lastedMs: Math.round(Number(row.lasted_ms)),
    endReason: text(row.end_reason),
    reviewed: row.reviewed_ms !== null,
    removedReason: text(row.removed_reason),
  }
}
