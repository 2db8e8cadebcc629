/** Why a segment stays as it was recorded. */
export type TierKept =
  /** An alert, a clip or a judged sample is close to it. */
  | 'event'
  /** It is labelled footage that models learn from. */
  | 'labelled'
  /** What was made of it is not good enough. */
  | 'quality'
  /** What was made of it saves too little. */
  | 'not_smaller'
  /** It was made by tiering already; the database that knew is gone. */
  | 'tiered_before'
  /** It cannot be decoded, or what was made of it does not have its length. */
  | 'failed'

/** How much of a file is left, and how like the original it is. */
export interface TierMeasure {
  readonly bytesBefore: number
  readonly bytesAfter: number
  /** Means over all pictures that are left, against the original at its own size. */
  readonly ssim: number
  readonly psnrDb: number
  /** Null where this ffmpeg has no libvmaf. */
  readonly vmaf: number | null
}

/** Where a tiered file comes from. */
export interface TierLineage extends TierMeasure {
  readonly sha256Before: string
  readonly sha256After: string
  /** Codec, size, rate and quality that it was made with. */
  readonly plan: string
}

/** What was decided about one segment of the continuous recording. */
export interface SegmentTier {
  /** Below the folder of segments. */
  readonly name: string
  readonly cameraId: string
  readonly startedMs: number
  /** replacing: the new file may or may not be in place yet. */
  readonly state: 'replacing' | 'tiered' | 'kept'
  readonly kept: TierKept | null
  /** In words, for people: why it failed, or what fell short. */
  readonly note: string | null
  readonly measure: TierMeasure | null
  readonly lineage: Pick<TierLineage, 'sha256Before' | 'sha256After' | 'plan'> | null
  readonly tookMs: number
  readonly decidedMs: number
}
