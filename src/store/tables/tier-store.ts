import type { SQLOutputValue } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import type { SegmentTier, TierKept, TierLineage, TierMeasure } from '../../core/tiered-segment.ts'
import type { StoreDatabase } from '../store-database.ts'
import { transaction } from '../store-database.ts'

export interface SegmentKey {
  readonly name: string
  readonly cameraId: string
  readonly startedMs: number
}

/** What was done to old footage, and where it comes from. Each call is one durable transaction. */
export interface TierStore {
  /** Names of all segments that something was decided about. */
  decided(): Set<string>
  /** Segments whose replacement was under way when the process ended. */
  replacing(): SegmentTier[]
  /** Said before the file is put in place, so that it is known afterwards whatever happens. */
  replace(segment: SegmentKey, lineage: TierLineage, tookMs: number): void
  replaced(name: string): void
  keep(
    segment: SegmentKey,
    why: {
      readonly kept: TierKept
      readonly note?: string
      readonly measure?: TierMeasure
      readonly tookMs?: number
    },
  ): void
  /** The segment is gone, or is to be decided about again. */
  forget(name: string): void
  /** Whether an alert or its clip touches a time. A sample is no event: it has a clip of its own. */
  hasEvents(cameraId: string, fromMs: number, toMs: number): boolean
}

export function createTierStore(database: StoreDatabase, clock: Clock): TierStore {
  const names = database.prepare("SELECT name FROM segment_tier WHERE state <> 'replacing'")
  const underWay = database.prepare("SELECT * FROM segment_tier WHERE state = 'replacing'")
  const put = database.prepare(
    `INSERT OR REPLACE INTO segment_tier (name, camera, started_ms, state, kept, note, bytes_before, bytes_after, ssim,
       psnr_db, vmaf, sha256_before, sha256_after, plan, took_ms, decided_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const done = database.prepare("UPDATE segment_tier SET state = 'tiered', decided_ms = ? WHERE name = ?")
  const remove = database.prepare('DELETE FROM segment_tier WHERE name = ?')
  const events = database.prepare(
    `SELECT EXISTS (SELECT 1 FROM alert WHERE camera = ?1 AND started_ms < ?3 AND last_ms >= ?2)
       OR EXISTS (SELECT 1 FROM clip WHERE camera = ?1 AND started_ms < ?3 AND started_ms + duration_ms >= ?2
         AND NOT EXISTS (SELECT 1 FROM sample WHERE sample.id = clip.alert)) AS found`,
  )
  const valuesOf = (measure: TierMeasure | undefined) =>
    [
      ...[measure?.bytesBefore ?? null, measure?.bytesAfter ?? null, measure?.ssim ?? null],
      ...[measure?.psnrDb ?? null, measure?.vmaf ?? null],
    ] as const
  return {
    decided: () => new Set(names.all().map(({ name }) => String(name))),
    replacing: () => underWay.all().map(toSegmentTier),
    replace({ name, cameraId, startedMs }, lineage, tookMs) {
      const { sha256Before, sha256After, plan } = lineage
      transaction(database, () =>
        put.run(
          ...([name, cameraId, startedMs, 'replacing', null, null] as const),
          ...valuesOf(lineage),
          ...([sha256Before, sha256After, plan, Math.round(tookMs), clock.nowMs()] as const),
        ),
      )
    },
    replaced: (name) => void transaction(database, () => done.run(clock.nowMs(), name)),
    keep({ name, cameraId, startedMs }, { kept, note = null, measure, tookMs = 0 }) {
      transaction(database, () =>
        put.run(
          ...([name, cameraId, startedMs, 'kept', kept, note] as const),
          ...valuesOf(measure),
          ...([null, null, null, Math.round(tookMs), clock.nowMs()] as const),
        ),
      )
    },
    forget: (name) => void transaction(database, () => remove.run(name)),
    hasEvents: (cameraId, fromMs, toMs) =>
      events.get(cameraId, Math.floor(fromMs), Math.ceil(toMs))?.found === 1,
  }
}

export function toSegmentTier(row: Record<string, SQLOutputValue>): SegmentTier {
  const text = (value: SQLOutputValue | undefined) => (value == null ? null : String(value))
  return {
    name: String(row.name),
    cameraId: String(row.camera),
    startedMs: Number(row.started_ms),
    state: String(row.state) as SegmentTier['state'],
    kept: text(row.kept) as TierKept | null,
    note: text(row.note),
    measure:
      row.bytes_after === null
        ? null
        : {
            bytesBefore: Number(row.bytes_before),
            bytesAfter: Number(row.bytes_after),
            ssim: Number(row.ssim),
            psnrDb: Number(row.psnr_db),
            vmaf: row.vmaf == null ? null : Number(row.vmaf),
          },
    lineage:
      row.sha256_after === null
        ? null
        : {
            sha256Before: String(row.sha256_before),
            sha256After: String(row.sha256_after),
            plan: String(row.plan),
          },
    tookMs: Number(row.took_ms),
    decidedMs: Number(row.decided_ms),
  }
}
