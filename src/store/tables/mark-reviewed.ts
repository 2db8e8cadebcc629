import { transaction } from '../store-database.ts'
import { openDatabase } from './event-database.ts'

/**
 * Notes that a person has judged the clips of alerts (or, with null, that the judgement was taken back), so that
 * retention and lists know. Works beside a running `vireo run`. An id without a clip changes nothing.
 *
 * @throws AppError STORE_OPEN, STORE_VERSION, STORE_WRITE
 */
export function markReviewed(
  dataDir: string,
  marks: readonly { readonly alertId: string; readonly reviewedMs: number | null }[],
): void {
  if (marks.length === 0) return
  const database = openDatabase(dataDir, { mustExist: true })
  try {
    const update = database.prepare('UPDATE clip SET reviewed_ms = ? WHERE alert = ?')
    transaction(database, () => {
      for (const { alertId, reviewedMs } of marks) update.run(reviewedMs, alertId)
    })
  } finally {
    database.close()
  }
}
