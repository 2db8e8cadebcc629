import type { FinishedFile } from './finish-clip.ts'

/** Why a clip does not end where its alert asked. */
export type ClipEnd =
  | 'camera_lost'
  | 'stream_changed'
  | 'max_length'
  | 'disk_error'
  | 'shutdown'
  /** The process died; the clip was finished at the next start. */
  | 'recovered'

export interface FinishedClip {
  readonly alertId: string
  readonly cameraId: string
  readonly epoch: number
  readonly path: string
  readonly thumbnailPath: string | null
  /** SHA-256 of the MP4, hexadecimal. */
  readonly sha256: string
  readonly bytes: number
  /** PTS at which the clip begins (a keyframe) and ends, microseconds on the clock of its epoch. */
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  readonly durationMs: number
  /** From the beginning of the clip to the first frame of the alert; less than asked where no more was there. */
  readonly preRollMs: number
  /** Absent when it has the length that was asked for. */
  readonly reason?: ClipEnd
}

/** A finished file as the rest of the system sees it. */
export function finishedClip(file: FinishedFile, reason: ClipEnd | null): FinishedClip {
  const { note, ...rest } = file
  const { alertId, cameraId, epoch, firstPtsUs, alertPtsUs } = note
  return {
    alertId,
    cameraId,
    epoch,
    ...rest,
    firstPtsUs,
    lastPtsUs: firstPtsUs + rest.durationMs * 1000,
    preRollMs: Math.round((alertPtsUs - firstPtsUs) / 1000),
    ...(reason === null ? {} : { reason }),
  }
}
