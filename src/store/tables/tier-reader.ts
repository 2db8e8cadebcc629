import type { Page, PageRequest } from '../../core/page.ts'
import type { SegmentTier } from '../../core/tiered-segment.ts'
import { createPagedQuery, where } from '../paged-query.ts'
import { readDatabase } from './read-database.ts'
import { toSegmentTier } from './tier-store.ts'

export interface TierTotals {
  readonly cameraId: string
  readonly tiered: number
  /** Segments that stay as they were, by why. */
  readonly kept: Readonly<Record<string, number>>
  /** Of what was tiered. */
  readonly bytesBefore: number
  readonly bytesAfter: number
  /** Null while nothing was tiered. */
  readonly ssim: { readonly mean: number; readonly least: number } | null
  readonly psnrDb: { readonly mean: number; readonly least: number } | null
  readonly vmaf: { readonly mean: number; readonly least: number } | null
  /** Time that encoding and measuring took, milliseconds. */
  readonly tookMs: number
}

export interface TierReader {
  totals(cameraId: string | null): TierTotals[]
  /** The newest decisions first. */
  list(cameraId: string | null, request: PageRequest): Page<SegmentTier>
  names(): Set<string>
  close(): void
}

/** Reads what tiering did in a data directory that another process may be writing. @throws AppError STORE_OPEN, STORE_VERSION */
export function openTierReader(dataDir: string): TierReader {
  const database = readDatabase(dataDir)
  const sums = database.prepare(
    `SELECT camera, state, kept, count(*) AS n, sum(bytes_before) AS before, sum(bytes_after) AS after,
       avg(ssim) AS ssim, min(ssim) AS ssim_least, avg(psnr_db) AS psnr, min(psnr_db) AS psnr_least,
       avg(vmaf) AS vmaf, min(vmaf) AS vmaf_least, sum(took_ms) AS took
     FROM segment_tier WHERE (?1 IS NULL OR camera = ?1) AND state <> 'replacing'
     GROUP BY camera, state, kept ORDER BY camera`,
  )
  const page = createPagedQuery(
    database,
    {
      name: 'segments',
      from: 'segment_tier',
      rank: 'decided_ms',
      id: 'name',
      rows: 'SELECT segment_tier.*, page.* FROM page JOIN segment_tier ON segment_tier.name = page_id',
    },
    toSegmentTier,
  )
  const names = database.prepare('SELECT name FROM segment_tier')
  return {
    totals: (cameraId) => [...Map.groupBy(sums.all(cameraId), (row) => String(row.camera))].map(toTotals),
    list: (cameraId, request) =>
      page([where('camera = ?', cameraId ?? undefined), ["state <> 'replacing'"]], request),
    names: () => new Set(names.all().map(({ name }) => String(name))),
    close: () => database.close(),
  }
}

function toTotals([cameraId, rows]: [string, Record<string, unknown>[]]): TierTotals {
  const tiered = rows.find(({ state }) => state === 'tiered')
  const of = (name: string) => {
    const [mean, least] = [tiered?.[name], tiered?.[`${name}_least`]]
    return mean == null ? null : { mean: Number(mean), least: Number(least) }
  }
  const kept = rows.filter(({ state }) => state === 'kept').map((row) => [String(row.kept), Number(row.n)])
  return {
    cameraId,
    tiered: Number(tiered?.n ?? 0),
    kept: Object.fromEntries(kept),
    bytesBefore: Number(tiered?.before ?? 0),
    bytesAfter: Number(tiered?.after ?? 0),
    ssim: of('ssim'),
    psnrDb: of('psnr'),
    vmaf: of('vmaf'),
    tookMs: rows.reduce((sum, row) => sum + Number(row.took), 0),
  }
}
