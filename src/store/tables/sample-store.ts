import type { ClipSample, SampleReason } from '../../core/clip-sample.ts'
import type { StoreDatabase } from '../store-database.ts'
import { transaction } from '../store-database.ts'

/** The moments that were chosen for review; each may have a clip with the id of the sample. */
export interface SampleStore {
  /** On disk when it returns. One that is there already stays as it is. @throws AppError STORE_WRITE */
  acceptSample(sample: ClipSample): void
  /** Takes a sample back of which there will be no clip. @throws AppError STORE_WRITE */
  dropSample(sampleId: string): void
  /** What was chosen of a camera since then, the oldest first. */
  samplesSince(cameraId: string, sinceMs: number): SampleMark[]
  /** Samples of a camera that have a clip and that nobody judged. */
  waitingSamples(cameraId: string): number
  /** Whether it is the clip of a sample. */
  isSample(id: string): boolean
}

export interface SampleTable extends SampleStore {
  /** Removes samples older than that which have no clip. Returns how many. */
  pruneSamples(beforeMs: number, most: number): number
}

export interface SampleMark {
  readonly reason: SampleReason
  readonly lastMs: number
}

export function createSampleStore(database: StoreDatabase): SampleTable {
  const insert = database.prepare(
    `INSERT INTO sample (id, camera, reason, label, score, last_ms, sample) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  )
  const remove = database.prepare('DELETE FROM sample WHERE id = ?')
  const since = database.prepare(
    'SELECT reason, last_ms FROM sample WHERE camera = ? AND last_ms >= ? ORDER BY last_ms',
  )
  const waiting = database.prepare(
    `SELECT count(*) AS count FROM sample JOIN clip ON clip.alert = sample.id
     WHERE sample.camera = ? AND clip.reviewed_ms IS NULL AND clip.removed_ms IS NULL`,
  )
  const known = database.prepare('SELECT 1 FROM sample WHERE id = ?')
  const prune = database.prepare(
    `DELETE FROM sample WHERE id IN (SELECT id FROM sample WHERE last_ms < ?
       AND NOT EXISTS (SELECT 1 FROM clip WHERE clip.alert = sample.id) LIMIT ?)`,
  )
  return {
    acceptSample(sample) {
      const { sampleId, cameraId, reason, label, score, lastMs } = sample
      const json = JSON.stringify(sample)
      transaction(database, () =>
        insert.run(sampleId, cameraId, reason, label, score, Math.round(lastMs), json),
      )
    },
    dropSample: (sampleId) => void transaction(database, () => remove.run(sampleId)),
    samplesSince: (cameraId, sinceMs) =>
      since.all(cameraId, Math.round(sinceMs)).map((row) => ({
        reason: String(row.reason) as SampleReason,
        lastMs: Number(row.last_ms),
      })),
    waitingSamples: (cameraId) => Number(waiting.get(cameraId)!.count),
    isSample: (id) => known.get(id) !== undefined,
    pruneSamples: (beforeMs, most) => Number(prune.run(beforeMs, most).changes),
  }
}
