import type { ReviewReason, Verdict } from '../../../core/text/review-words.ts'

/** One clip that a person may judge. */
export interface ReviewItem {
  /** Id of the alert, or of the sample. */
  readonly id: string
  readonly reason: ReviewReason
  readonly cameraId: string
  /** The recorded file. */
  readonly path: string
  readonly sha256: string
  /** Wall clock at which the clip begins, milliseconds since the Unix epoch. */
  readonly startedMs: number
  readonly durationMs: number
  /** The part of it for which the model said so, milliseconds from its beginning; null where that is not known. */
  readonly saidFromMs: number | null
  readonly saidToMs: number | null
  /** What the model said, or null where it said nothing. */
  readonly label: string | null
  readonly score: number | null
  readonly modelVersion: string | null
  /** Why it was alerted or sampled, with figures; null where nothing was said. */
  readonly explanation: string | null
  /** Why its recording was removed; null while it is there. */
  readonly removedReason: string | null
}

/** What one person said of one clip, once. Facts are only ever added. */
export interface ReviewFact {
  /** Position among all facts; ascending, never used again. */
  readonly seq: number
  readonly itemId: string
  readonly verdict: Verdict | 'undo'
  /** The labels that the clip shows from then on; empty for reject, unsure and skip. */
  readonly labels: readonly string[]
  /** The part of the clip that shows them, milliseconds from its beginning; null for all of it. */
  readonly startMs: number | null
  readonly endMs: number | null
  /** The fact that an undo takes back. */
  readonly undoes: number | null
  readonly who: string
  readonly atMs: number
}
