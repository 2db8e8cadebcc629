/** Why a clip does not end where its alert asked. */
export const clipEnds = [
  'camera_lost',
  'stream_changed',
  'max_length',
  'disk_error',
  'shutdown',
  /** The process died while it was recorded; the clip was finished at the next start. */
  'recovered',
] as const
export type ClipEnd = (typeof clipEnds)[number]

/**
 * Why a clip that an alert named will not come. nothing_recorded: no keyframe came in its time. disk_error: the disk took
 * nothing of it. removed: what was recorded is gone. unreadable: ffmpeg makes no clip of it; it is set aside. crashed:
 * the process died before anything of it was on the disk.
 */
export type ClipLoss = 'nothing_recorded' | 'disk_error' | 'removed' | 'unreadable' | 'crashed'

/** A clip that will not come. */
export interface UnavailableClip {
  readonly alertId: string
  readonly cameraId: string
  readonly reason: ClipLoss
}

/**
 * Why a clip was removed. `unreviewed` and, after it, `labelled` are the last resort: the disk is low and nothing else is
 * left.
 */
export type RemovalReason = 'age' | 'camera_bytes' | 'disk_low' | 'unreviewed' | 'labelled'

/** The recording of one alert, complete on the disk. */
export interface RecordedClip {
  readonly alertId: string
  readonly cameraId: string
  readonly epoch: number
  readonly path: string
  /** A JPEG of the moment of the alert; null when it could not be made. */
  readonly thumbnailPath: string | null
  /** SHA-256 of the MP4, hexadecimal. */
  readonly sha256: string
  readonly bytes: number
  /** PTS at which the clip begins (a keyframe) and ends, microseconds on the clock of its epoch. */
  readonly firstPtsUs: number
  readonly lastPtsUs: number
  /** Wall clock at which the clip begins, milliseconds since the Unix epoch. */
  readonly startedMs: number
  readonly durationMs: number
  /** From the beginning of the clip to the first frame of the alert; less than asked where no more was there. */
  readonly preRollMs: number
  /** Absent when it has the length that was asked for. */
  readonly reason?: ClipEnd
}

/** What lies beside the MP4 of a clip under the same name, and goes with it. */
export const clipEndings = {
  /** A picture of its moment. */
  picture: '.jpg',
  /** The keypoints of its people. */
  bodies: '.poses',
  /** What models said around its alert. */
  scores: '.scores',
} as const

export type ClipEnding = (typeof clipEndings)[keyof typeof clipEndings]
