import type { Clock } from '../core/clock.ts'
import type { OutboxEvent } from '../core/events.ts'
import type { RecordedClip, RemovalReason, UnavailableClip } from '../core/recorded-clip.ts'
import type { StoreDatabase } from '../store/store-database.ts'
import { transaction } from '../store/store-database.ts'
import type { AlertTable } from '../store/tables/alert-table.ts'
import type { ClipTable } from '../store/tables/clip-table.ts'
import type { UnplacedEvent } from '../store/tables/outbox-table.ts'
import { clipEvent, clipRemovedEvent, clipUnavailableEvent, mutedEvent } from './cloud-event.ts'

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
  alerts: AlertTable
  clips: ClipTable
  put: (event: UnplacedEvent) => OutboxEvent
  isSample: (id: string) => boolean
  source: string
  clock: Clock
}): ClipStore {
  const { database, alerts, clips, put, isSample, source, clock } = options
  const told = (alertId: string, event: UnplacedEvent) =>
    isSample(alertId) ? null : put(alerts.isMuted(alertId) ? mutedEvent(event) : event)
  return {
    acceptClip: (clip) =>
      transaction(database, () => {
        clips.put(clip)
        return told(clip.alertId, clipEvent(clip, source))
      }),
    acceptClipRemoved: (removed) =>
      transaction(database, () => {
        const atMs = clock.nowMs()
        clips.markRemoved(removed.alertId, atMs, removed.reason)
        return told(removed.alertId, clipRemovedEvent({ ...removed, atMs }, source))
      }),
    acceptClipUnavailable: (clip) =>
      transaction(database, () => {
        if (isSample(clip.alertId)) return null
        alerts.forgoClip(clip.alertId)
        return told(clip.alertId, clipUnavailableEvent({ ...clip, atMs: clock.nowMs() }, source))
      }),
    promisedClips: () => alerts.promisedClips(),
    isUnreviewed: (alertId, sinceMs) => !isSample(alertId) && clips.isUnreviewed(alertId, sinceMs),
  }
}
