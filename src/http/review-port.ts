import type { DatasetSide, ReviewReason, Verdict } from '../core/text/review-words.ts'

/** Reviews and datasets as the REST API sees them; the pipelines implement it. */
export interface ReviewPort {
  /** The cameras of clips; those that are not in the queue have none. */
  camerasOf(ids: readonly string[]): readonly string[]
  /** The cameras of what was judged at once. */
  camerasOfBulk(id: string): readonly string[]
  /** Whether enough was done, on these cameras or, with null, on all: what waits, what was said, what is missing, and what the versions made of it. */
  counters(cameras: readonly string[] | null): Promise<ReviewCounters>
  /** Labels that are in use on these cameras or, with null, on all; the most frequent of what people gave first. */
  labels(cameras: readonly string[] | null): Promise<readonly LabelEntry[]>
  /** One judgement of many clips. @throws AppError API_BAD_REQUEST for a label that nobody uses yet */
  judgeMany(ids: readonly string[], judgement: ReviewJudgement): BulkAnswer
  /** Takes it back as a whole. @throws AppError API_NOT_FOUND, API_BAD_REQUEST */
  undoMany(id: string, who: string): BulkUndo
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
  /** The same without its clips, with what stands on two sides. @throws as `dataset` */
  datasetSummary(reference: string): Promise<DatasetSummary | Json>
  /** @throws as `dataset` */
  datasetDiff(before: string, after: string): Promise<DatasetDifference | Json>
}

/** An answer that is JSON already: writing tens of thousands of clips would hold up frames. */
export type Json = Uint8Array<ArrayBuffer>

export interface ReviewQuery {
  readonly state: 'waiting' | 'done' | 'all'
  readonly camera?: string
  /** Only clips of these. */
  readonly cameras?: readonly string[]
  /** A label that holds of the clip. */
  readonly shows?: string
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

export interface BulkAnswer {
  readonly id: string
  readonly judged: readonly string[]
  readonly refused: readonly { readonly id: string; readonly message: string }[]
}

export interface BulkUndo {
  readonly undone: readonly string[]
  readonly kept: readonly string[]
}

export interface LabelEntry {
  readonly label: string
  /** Clips that show it, as people said. */
  readonly clips: number
  /** Whether a model or a dataset has it, or learning names it. */
  readonly known: boolean
}

interface Count {
  readonly clips: number
}

export interface ReviewCounters {
  readonly waiting: Count & {
    readonly reasons: readonly (Count & { readonly reason: string })[]
    readonly cameras: readonly (Count & { readonly cameraId: string })[]
    readonly labels: readonly (Count & { readonly label: string | null })[]
  }
  readonly judged: Count & { readonly unsure: number; readonly none: number }
  readonly learnable: Count & { readonly groups: number; readonly groupsNeeded: number }
  readonly labels: readonly (Count & {
    readonly label: string
    readonly waiting: number
    readonly confirmed: number
    readonly rejected: number
    readonly relabelled: number
    readonly groups: number
    readonly clipsNeeded: number
    readonly groupsNeeded: number
  })[]
  readonly people: readonly (Count & { readonly who: string })[]
  readonly curve: readonly CurvePoint[]
  readonly worst: readonly Mistake[]
}

/** What a version was worth, by what it had learned from. */
export interface CurvePoint {
  readonly version: string
  readonly at: string
  /** Labelled clips; null where that is not known any more. */
  readonly clips: number | null
  readonly accuracy: number | null
  readonly macroF1: number | null
  /** Clips that it was judged by. */
  readonly judgedBy: number | null
  readonly state: 'live' | 'registered' | 'refused'
}

/** A labelled clip of which the live version is surely wrong. */
export interface Mistake {
  /** Of the clip; not all are in the queue. */
  readonly id: string
  readonly inQueue: boolean
  readonly group: string
  readonly truth: string
  readonly said: string
  /** 0–1. */
  readonly confidence: number
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

export interface DatasetSummary extends Omit<DatasetVersion, 'clips'> {
  /** Cameras and days on each side. */
  readonly groups: Sides
  /** Clips by why they are in it. */
  readonly reasons: readonly { readonly reason: string; readonly clips: number }[]
  /** What stands on two sides of the split, the first of it: a camera's day, a file, a moment. */
  readonly leaks: readonly { readonly kind: 'group' | 'file' | 'time'; readonly what: string }[]
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
