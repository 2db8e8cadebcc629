import type { Clock } from '../core/clock.ts'
import type { OutboxEvent } from '../core/events.ts'
import type { RecordedClip, RemovalReason, UnavailableClip } from '../core/recorded-clip.ts'
import type { StoreDatabase } from '../store/store-database.ts'
import { transaction } from '../store/store-database.ts'
import { clipEvent, clipRemovedEvent, clipUnavailableEvent, type NewEvent } from './cloud-event.ts'

/** The clips of alerts and samples as the database knows them; the media are files. */
export interface ClipStore {
  /**
   * A clip is complete: its row and the event that says so, in one transaction on disk. Of the clip of a sample no
   * event tells (null): it is about no alert.
   */
  acceptClip(clip: RecordedClip): OutboxEvent | null
  /** A clip is gone: noted, and told. The row stays as long as events do. */
  acceptClipRemoved(removed: { alertId: string; cameraId: string; reason: RemovalReason }): OutboxEvent | null
  /** A clip that an alert named will not come: the alert names none any more, and it is told. */
  acceptClipUnavailable(clip: UnavailableClip): OutboxEvent | null
  /** Alerts that name a clip which is not known yet. */
  promisedClips(): { readonly alertId: string; readonly cameraId: string }[]
  /** Whether a clip is there that nobody has reviewed, of an alert (not of a sample) that began after `sinceMs`. */
  isUnreviewed(alertId: string, sinceMs: number): boolean
}

export function createClipStore(options: {
  database: StoreDatabase
  put: (event: NewEvent) => OutboxEvent
  isSample: (id: string) => boolean
  source: string
  clock: Clock
}): ClipStore {
  const { database, put, isSample, source, clock } = options
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
  const forgo = database.prepare(
    "UPDATE alert SET step = json_set(step, '$.clipPath', NULL) WHERE id = ? AND json_valid(step)",
  )
  const promised = database.prepare(
    `SELECT id, camera FROM alert WHERE CASE WHEN json_valid(step) THEN step ->> '$.clipPath' END IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM clip WHERE clip.alert = alert.id)`,
  )
  return {
    acceptClip: (clip) =>
      transaction(database, () => {
        const { alertId, cameraId, path, sha256, bytes, epoch, firstPtsUs, durationMs, preRollMs } = clip
        insert.run(
          ...([alertId, cameraId, path, sha256, bytes, epoch, firstPtsUs, durationMs, preRollMs] as const),
          ...([Math.round(clip.startedMs), clip.reason ?? null] as const),
        )
        return isSample(alertId) ? null : put(clipEvent(clip, source))
      }),
    acceptClipRemoved: (removed) =>
      transaction(database, () => {
        const atMs = clock.nowMs()
        remove.run(atMs, removed.reason, removed.alertId)
        return isSample(removed.alertId) ? null : put(clipRemovedEvent({ ...removed, atMs }, source))
      }),
    acceptClipUnavailable: (clip) =>
      transaction(database, () => {
        if (isSample(clip.alertId)) return null
        forgo.run(clip.alertId)
        return put(clipUnavailableEvent({ ...clip, atMs: clock.nowMs() }, source))
      }),
    promisedClips: () =>
      promised.all().map((row) => ({ alertId: String(row.id), cameraId: String(row.camera) })),
    isUnreviewed: (alertId, sinceMs) => !isSample(alertId) && unreviewed.get(alertId, sinceMs) !== undefined,
  }
}
