import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'
import { toAppError } from '../core/errors.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import type { RecordingFolder } from './clip/clip-folder.ts'
import { type ClipStanding, rankOf } from './clip/clip-standing.ts'
import { planRetention, type RemovalReason, type RetentionLimits, type StoredClip } from './plan-retention.ts'

export interface RetentionOptions {
  readonly folder: RecordingFolder
  /** Asked for every sweep. */
  readonly limits: () => RetentionLimits
  readonly standings: Standings
  /** Told of each clip that is gone, so that events and lists stop naming it. */
  readonly onRemoved?: (clip: StoredClip, reason: RemovalReason) => void
  /** Time between two sweeps. Default 30 s. */
  readonly everyMs?: number
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** What speaks for keeping clips. */
export interface Standings {
  /** Called before each sweep. */
  look?(): Promise<void>
  of(clip: Omit<StoredClip, 'standing'>): ClipStanding
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

const clipsOfTurn = 200
const lastResort = {
  unreviewed: 'the clip of an alert that nobody reviewed',
  labelled: 'footage that a person labelled or a dataset refers to',
}

/** Removes what is too old or too much, so that the disk does not run full. See planRetention for the rules. */
export function createRetention(options: RetentionOptions): Retention {
  const { folder, limits, standings, onRemoved, everyMs = 30_000, clock, telemetry } = options
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
    if (reason === 'unreviewed' || reason === 'labelled')
      telemetry.log.error(fields, `the disk is low: ${lastResort[reason]} had to be removed`)
    else telemetry.log[reason === 'disk_low' ? 'warn' : 'info'](fields, 'a clip was removed')
    onRemoved?.(clip, reason)
    return true
  }

  const look = async (): Promise<RetentionReport> => {
    const freeBytes = await folder.freeBytes()
    telemetry.gauge('vireo_record_disk_free_bytes', {}, freeBytes)
    await standings.look?.()
    const clips: StoredClip[] = []
    for (const clip of await folder.list()) {
      clips.push({ ...clip, standing: standings.of(clip) })
      // There may be tens of thousands, each with a few lookups: frames go first.
      if (clips.length % clipsOfTurn === 0) await turn()
    }
    const plan = planRetention({ clips, nowMs: clock.nowMs(), freeBytes, limits: limits() })
    const removed: RetentionReport['removed'][number][] = []
    let failed = 0
    for (const item of plan.remove) {
      // Asked again: removing takes time, and a person may have judged the clip meanwhile.
      if (rankOf(standings.of(item.clip)) > rankOf(item.clip.standing)) continue
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
          'unreviewed and labelled clips alone are more than the camera may keep (recording.maxMb); they stay',
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
  const next = () => {
    cancel = null
    if (closed) return
    void sweep().then(() => {
      if (!closed) cancel = clock.after(everyMs, next)
    })
  }

  return {
    start: next,
    sweep,
    async close() {
      closed = true
      cancel?.()
      await running
    },
  }
}
