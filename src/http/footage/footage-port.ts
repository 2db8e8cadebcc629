import type { Severity } from '../../core/alert.ts'
import type { TracePort } from './trace-port.ts'

/** What was recorded, by camera and time, and what is known about it. */
export interface FootagePort extends TracePort {
  /** What lies beside the clip of an alert; nothing where nothing was kept. @throws AppError API_NOT_FOUND */
  evidence(alertId: string): Promise<AlertEvidence>
  timeline(cameraId: string, fromMs: number, toMs: number): Promise<TimelineEntry>
  /** The file of the continuous recording that holds a moment. @throws AppError API_NOT_FOUND */
  segment(cameraId: string, atMs: number): Promise<SegmentEntry>
  /** A small picture of a moment, JPEG. @throws AppError API_NOT_FOUND, API_BUSY, MEDIA_FFMPEG_MISSING, MEDIA_FFMPEG_FAILED */
  picture(cameraId: string, atMs: number): Promise<Buffer>
}

export interface AlertEvidence {
  readonly scores: {
    readonly onThreshold: number
    readonly offThreshold: number
    /** By model and track; times from the beginning of the clip. */
    readonly lines: readonly {
      readonly name: string
      readonly points: readonly { readonly atMs: number; readonly score: number }[]
    }[]
  } | null
  /** Where people were, in shares of the picture. */
  readonly boxes: readonly {
    readonly id: string
    readonly fromMs: number
    readonly toMs: number
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
  }[]
}

export interface SegmentEntry {
  readonly path: string
  readonly startedMs: number
  readonly durationMs: number
  /** Other bytes have another one. */
  readonly etag: string
}

export interface TimelineEntry {
  readonly cameraId: string
  readonly from: string
  readonly to: string
  /** What is recorded without a gap. */
  readonly footage: readonly { readonly from: string; readonly to: string }[]
  /** The files of it; none where the time is longer than a day. */
  readonly segments: readonly { readonly from: string; readonly durationMs: number }[]
  /** How much moved, highest of each step, 0–1; null where it is not known. */
  readonly motion: { readonly stepMs: number; readonly levels: readonly (number | null)[] }
  /** The newest, when there are very many. */
  readonly alerts: readonly {
    readonly alertId: string
    readonly label: string
    readonly severity: Severity
    readonly from: string
    readonly to: string
    readonly hasClip: boolean
  }[]
}
