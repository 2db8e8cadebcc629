import type { ClipEnd, RecordedClip } from '../../core/recorded-clip.ts'
import type { FinishedFile } from './finish-clip.ts'

export type { ClipEnd } from '../../core/recorded-clip.ts'
export type FinishedClip = RecordedClip

/** A finished file as the rest of the system sees it. */
export function finishedClip(file: FinishedFile, reason: ClipEnd | null): FinishedClip {
  const { note, ...rest } = file
  const { alertId, cameraId, epoch, firstPtsUs, alertPtsUs, startedMs } = note
  return {
    alertId,
    cameraId,
    epoch,
    ...rest,
    firstPtsUs,
    lastPtsUs: firstPtsUs + rest.durationMs * 1000,
    startedMs,
    preRollMs: Math.round((alertPtsUs - firstPtsUs) / 1000),
    ...(reason === null ? {} : { reason }),
  }
}
