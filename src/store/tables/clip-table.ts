import type { RecordedClip, RemovalReason } from '../../core/recorded-clip.ts'
import type { StoreDatabase } from '../store-database.ts'

/** The table of clips, of alerts and of samples; the media are files. */
export interface ClipTable {
  put(clip: RecordedClip): void
  /** Notes that the file is gone; the row stays. */
  markRemoved(alertId: string, atMs: number, reason: RemovalReason): void
  /** Whether a clip is there that nobody has reviewed and that began at or after `sinceMs`. */
  isUnreviewed(alertId: string, sinceMs: number): boolean
  /** Removes what is known of clips that were removed before. Returns how many. */
  prune(beforeMs: number, most: number): number
}

export function createClipTable(database: StoreDatabase): ClipTable {
  const insert = database.prepare(
    `INSERT INTO clip (alert, camera, path, sha256, bytes, epoch, first_pts_us, duration_ms, pre_roll_ms, started_ms,
       end_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (alert) DO UPDATE SET path = excluded.path, sha256 = excluded.sha256, bytes = excluded.bytes,
       duration_ms = excluded.duration_ms, end_reason = excluded.end_reason`,
  )
  const remove = database.prepare('UPDATE clip SET removed_ms = ?, removed_reason = ? WHERE alert = ?')
  const unreviewed = database.prepare(
    'SELECT 1 FROM clip WHERE alert = ? AND reviewed_ms IS NULL AND removed_ms IS NULL AND started_ms >= ?',
  )
  const prune = database.prepare(
    'DELETE FROM clip WHERE alert IN (SELECT alert FROM clip WHERE removed_ms < ? LIMIT ?)',
  )
  return {
    put(clip) {
      const { alertId, cameraId, path, sha256, bytes, epoch, firstPtsUs, durationMs, preRollMs } = clip
      insert.run(
        ...([alertId, cameraId, path, sha256, bytes, epoch, firstPtsUs, durationMs, preRollMs] as const),
        ...([Math.round(clip.startedMs), clip.reason ?? null] as const),
      )
    },
    markRemoved: (alertId, atMs, reason) => void remove.run(atMs, reason, alertId),
    isUnreviewed: (alertId, sinceMs) => unreviewed.get(alertId, sinceMs) !== undefined,
    prune: (beforeMs, most) => Number(prune.run(beforeMs, most).changes),
  }
}
