import type { DatasetSide, ReviewReason, Verdict } from '../core/text/review-words.ts'

/** Reviews and datasets as the REST API sees them; the pipelines implement it. */
export interface ReviewPort {
  /** The newest first. @throws AppError API_BAD_REQUEST */
  reviewItems(query: ReviewQuery): { items: readonly ReviewEntry[]; next: string | null }
  /** @throws AppError API_NOT_FOUND */
  reviewItem(id: string): ReviewDetail
  /** @throws AppError API_NOT_FOUND when there is none, or its recording was removed */
  reviewMedia(id: string): ReviewMedia
  /** @throws AppError API_NOT_FOUND, API_BAD_REQUEST naming the field that does not fit the clip */
  judge(id: string, judgement: ReviewJudgement): ReviewDetail
  /** @throws AppError API_NOT_FOUND, API_BAD_REQUEST when there is nothing to take back */
  undo(id: string, who: string): ReviewDetail
  datasets(): readonly DatasetName[]
  /** @throws AppError TRAIN_DATA, TRAIN_SPLIT, STORE_WRITE, API_BUSY */
  buildDataset(wanted: DatasetWish): Promise<DatasetVersion | Json>
  /** @param reference NAME or NAME@VERSION. @throws AppError API_NOT_FOUND, API_BAD_REQUEST, API_BUSY, TRAIN_DATA */
  dataset(reference: string): Promise<DatasetVersion | Json>
  /** @throws as `dataset` */
  datasetDiff(before: string, after: string): Promise<DatasetDifference | Json>
}

/** An answer that is JSON already: writing tens of thousands of clips would hold up frames. */
export type Json = Uint8Array<ArrayBuffer>

export interface ReviewQuery {
  readonly state: 'waiting' | 'done' | 'all'
  readonly camera?: string
  readonly reason?: ReviewReason
  readonly label?: string
  readonly since?: string
  readonly until?: string
  readonly cursor?: string
  readonly limit: number
}

/** What one person said of one clip, once. */
export interface ReviewFactEntry {
  readonly seq: number
  readonly verdict: Verdict | 'undo'
  readonly labels: readonly string[]
  /** The part that shows them, milliseconds from the beginning; null: all of it. */
  readonly startMs: number | null
  readonly endMs: number | null
  /** The fact that an undo takes back. */
  readonly undoes: number | null
  readonly who: string
  readonly at: string
}

export interface ReviewEntry {
  readonly id: string
  readonly reason: ReviewReason
  readonly state: 'waiting' | 'done' | 'removed'
  readonly cameraId: string
  readonly startedAt: string
  readonly durationMs: number
  /** The part for which the model said it; null: not known. */
  readonly saidFromMs: number | null
  readonly saidToMs: number | null
  readonly label: string | null
  readonly score: number | null
  readonly modelVersion: string | null
  readonly explanation: string | null
  readonly removedReason: string | null
  /** What holds; null: nobody said anything that was not taken back. */
  readonly current: ReviewFactEntry | null
}

export interface ReviewDetail extends ReviewEntry {
  readonly sha256: string
  /** What the model said, the highest first. */
  readonly scores: readonly { readonly label: string; readonly score: number }[]
  readonly rule: string | null
  readonly bytes: number | null
  readonly preRollMs: number | null
  /** Why the recording ends early. */
  readonly endReason: string | null
  /** All that was said, the oldest first. */
  readonly facts: readonly ReviewFactEntry[]
  /** Paths of this API; null when the recording was removed. */
  readonly media: string | null
  readonly thumbnail: string | null
}

export interface ReviewMedia {
  readonly path: string
  readonly thumbnailPath: string
  readonly sha256: string
  readonly cameraId: string
  readonly startedAt: string
}

export interface ReviewJudgement {
  readonly verdict: Verdict
  readonly labels?: readonly string[]
  /** Whether no model and no dataset needs to have the labels yet. */
  readonly newLabels?: boolean
  readonly startMs?: number
  readonly endMs?: number
  readonly who: string
}

export interface DatasetName {
  readonly name: string
  readonly versions: readonly number[]
}

type Sides = Readonly<Record<DatasetSide, number>>

export interface DatasetWish {
  readonly name: string
  readonly seed: number
  readonly shares: Sides
}

export interface DatasetClip {
  readonly id: string
  readonly camera: string
  readonly recordedAt: string
  readonly startMs: number
  readonly endMs: number
  readonly group: string
  readonly side: DatasetSide
  readonly labels: readonly string[]
  readonly notLabels: readonly string[]
  readonly said?: string | null
  readonly reason: ReviewReason | 'import'
  readonly who: string | null
  readonly sha256: string
}

export interface DatasetVersion {
  readonly name: string
  readonly version: number
  readonly parent: number | null
  readonly createdAt: string
  readonly seed: number
  readonly shares: Sides
  readonly contentSha256: string
  readonly counts: {
    readonly clips: number
    readonly groups: number
    readonly labels: readonly { readonly label: string; readonly clips: Sides }[]
    readonly none: Sides
  }
  readonly clips: readonly DatasetClip[]
}

export interface DatasetDifference {
  readonly added: readonly DatasetClip[]
  readonly removed: readonly DatasetClip[]
  readonly changed: readonly {
    readonly id: string
    readonly field: 'labels' | 'part' | 'side'
    readonly before: string
    readonly after: string
  }[]
}
