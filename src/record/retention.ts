import type { Clock } from '../core/clock.ts'
import { toAppError } from '../core/errors.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import type { RecordingFolder } from './clip-folder.ts'
import { planRetention, type RemovalReason, type RetentionLimits, type StoredClip } from './plan-retention.ts'

export interface RetentionOptions {
  readonly folder: RecordingFolder
  /** Asked for every sweep. */
  readonly limits: () => RetentionLimits
  /** Whether the alert of a clip still waits for its review. */
  readonly isProtected: (alertId: string) => boolean
  /** Told of each clip that is gone, so that events and lists stop naming it. */
  readonly onRemoved?: (clip: StoredClip, reason: RemovalReason) => void
  /** Time between two sweeps. Default 30 s. */
  readonly everyMs?: number
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export interface RetentionReport {
  readonly removed: readonly { readonly clip: StoredClip; readonly reason: RemovalReason }[]
  /** Clips that should have gone but could not be removed. */
  readonly failed: number
  /** Bytes of free space still missing. */
  readonly missingBytes: number
}

export interface Retention {
  start(): void
  /** Looks now. A sweep under way is not doubled: its report is given. Never rejects. */
  sweep(): Promise<RetentionReport>
  /** Ends the sweeps; resolves when the one under way has ended. */
  close(): Promise<void>
}

/** Removes what is too old or too much, so that the disk does not run full. See planRetention for the rules. */
export function createRetention(options: RetentionOptions): Retention {
  const { folder, limits, isProtected, onRemoved, everyMs = 30_000, clock, telemetry } = options
  let running: Promise<RetentionReport> | null = null
  let cancel: (() => void) | null = null
  let closed = false
  /** Troubles that were reported and are not over; each is said once. */
  const said = new Set<string>()

  const sayOnce = (key: string, isSo: boolean, say: () => void) => {
    if (isSo && !said.has(key)) say()
    if (isSo) said.add(key)
    else said.delete(key)
  }

  const removeClip = async (clip: StoredClip, reason: RemovalReason): Promise<boolean> => {
    try {
      for (const path of clip.paths) await folder.remove(path)
    } catch (thrown) {
      telemetry.log.error(
        { camera: clip.cameraId, alert: clip.alertId },
        `a clip cannot be removed: ${(thrown as Error).message}`,
      )
      return false
    }
    telemetry.count('vireo_record_removed_total', { camera: clip.cameraId, reason })
    const fields = { camera: clip.cameraId, alert: clip.alertId, reason, bytes: clip.bytes }
    if (reason === 'unreviewed')
      telemetry.log.error(
        fields,
        'the disk is low: the clip of an alert that nobody reviewed had to be removed',
      )
    else telemetry.log[reason === 'disk_low' ? 'warn' : 'info'](fields, 'a clip was removed')
    onRemoved?.(clip, reason)
    return true
  }

  const look = async (): Promise<RetentionReport> => {
    const freeBytes = await folder.freeBytes()
    telemetry.gauge('vireo_record_disk_free_bytes', {}, freeBytes)
    const clips = (await folder.list()).map((clip) => ({ ...clip, protected: isProtected(clip.alertId) }))
    const plan = planRetention({ clips, nowMs: clock.nowMs(), freeBytes, limits: limits() })
    const removed: RetentionReport['removed'][number][] = []
    let failed = 0
    for (const item of plan.remove) {
      // Asked again: removing takes time, and an alert may have begun to wait for its review meanwhile.
      if (!item.clip.protected && isProtected(item.clip.alertId)) continue
      if (await removeClip(item.clip, item.reason)) removed.push(item)
      else failed += 1
    }
    sayOnce('missing', plan.missingBytes > 0, () =>
      telemetry.log.error(
        { missingBytes: plan.missingBytes, freeBytes },
        'the disk is low and there is no clip left to remove: something else fills it',
      ),
    )
    for (const cameraId of new Set(clips.map((clip) => clip.cameraId)))
      sayOnce(`quota ${cameraId}`, plan.overQuota.includes(cameraId), () =>
        telemetry.log.warn(
          { camera: cameraId },
          'the clips of alerts to be reviewed alone are more than the camera may keep; they stay until reviewed',
        ),
      )
    return { removed, failed, missingBytes: plan.missingBytes }
  }

  const sweep = () => {
    running ??= look()
      .catch((thrown) => {
        telemetry.log.error({ code: toAppError(thrown).code }, `clips cannot be looked through: ${thrown}`)
        return { removed: [], failed: 0, missingBytes: 0 }
      })
      .finally(() => {
        running = null
      })
    return running
  }
  const turn = () => {
    cancel = null
    void sweep().then(() => {
      if (!closed) cancel = clock.after(everyMs, turn)
    })
  }

  return {
    start: turn,
    sweep,
    async close() {
      closed = true
      cancel?.()
      await running
    },
  }
}
