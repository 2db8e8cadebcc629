import type { ConfigDiff } from '../config/diff.ts'
import type { CameraEdit } from '../config/edit/config-edit.ts'
import type { CameraConfig } from '../config/schema.ts'
import type { Severity } from '../core/alert.ts'
import type { CameraStatus } from '../core/camera-status.ts'
import type { EditEffects, EditPreview, EditWish } from './edit-port.ts'
import type { ModelStatus } from './health-port.ts'

/** A running Vireo as the REST API sees it; the pipelines implement it. Nothing here holds a secret. */
export interface SitePort {
  status(): SiteStatus
  /** The cameras of the running configuration, in its order. */
  cameras(): readonly CameraEntry[]
  /**
   * Edits the configuration file and takes it over; when this rejects, file and running configuration are as before.
   *
   * @throws AppError CAMERA_NOT_FOUND, API_BAD_REQUEST, CONFIG_INVALID and the like, CONFIG_WRITE
   */
  editCamera(edit: CameraEdit): Promise<CameraChange>
  /** What edits of cameras, rules and schedules would do to the file and to what runs. @throws AppError as applyEdits */
  previewEdits(wish: EditWish): Promise<EditPreview>
  /** The same as editCamera for edits that belong together. @throws AppError also API_CONFLICT */
  applyEdits(wish: EditWish): Promise<EditEffects & { readonly basedOn: string }>
  /** Mutes a camera from now on for so long; null: not any more. @throws AppError CAMERA_NOT_FOUND, STORE_WRITE */
  mute(id: string, minutes: number | null): Promise<CameraEntry>
  /** The running configuration, defaults filled in. */
  config(): unknown
  /** What a text, or the file as it is now, has otherwise than what runs. @throws AppError CONFIG_…, API_TOO_LARGE, API_BUSY */
  diff(text: string | null): Promise<SiteDiff>
  /** The newest first. @throws AppError API_BAD_REQUEST */
  alerts(query: AlertQuery): { alerts: readonly AlertEntry[]; next: string | null }
  /** @throws AppError API_NOT_FOUND */
  alert(alertId: string): AlertEntry
  /** The newest first. @throws AppError API_BAD_REQUEST */
  clips(query: ClipQuery): { clips: readonly ClipEntry[]; next: string | null }
  /** @throws AppError API_NOT_FOUND when there is none, or it was removed */
  clip(alertId: string): ClipEntry & { readonly path: string; readonly thumbnailPath: string }
}

export interface SiteStatus {
  readonly node: string
  readonly configHash: string
  readonly startedAt: string
  readonly uptimeS: number
  readonly cameras: Readonly<Record<CameraStatus['state'] | 'paused', number>>
  readonly models: readonly ModelStatus[]
  /** Receivers of events, and how many they have not taken yet. */
  readonly sinks: readonly {
    readonly name: string
    readonly pending: number
    /** When the oldest event that waits was accepted, ISO 8601; null when none waits. */
    readonly waitingSince: string | null
    /** Why it did not take what was sent to it last; null when it did. */
    readonly problem: { readonly code: string; readonly message: string } | null
    /** Events that it will never take; see `vireo alerts dead-letters`. */
    readonly deadLetters: number
  }[]
}

export interface CameraEntry {
  readonly id: string
  readonly paused: boolean
  /** Its alerts are stored and sent to nobody until then, ISO 8601; null: it is not muted. */
  readonly mutedUntil: string | null
  /** Null while it is paused. */
  readonly status: StatusEntry | null
  /** Of the stream that is only recorded; null without one. */
  readonly mainStatus: StatusEntry | null
  readonly config: CameraConfig
}

export type StatusEntry = Omit<CameraStatus, 'cameraId' | 'sinceMs'> & { readonly since: string }

export interface CameraChange extends EditEffects {
  /** Null when it was removed. */
  readonly camera: CameraEntry | null
}

export type SiteDiff = ConfigDiff & { readonly restart: readonly string[] }

export interface AlertQuery {
  readonly camera?: readonly string[]
  readonly label?: string
  readonly rule?: string
  readonly severity?: Severity
  readonly zone?: string
  readonly open?: boolean
  readonly reviewed?: boolean
  readonly since?: string
  readonly until?: string
  readonly cursor?: string
  readonly limit: number
}

export interface ClipQuery extends Pick<AlertQuery, 'label' | 'since' | 'cursor' | 'limit'> {
  readonly camera?: string
  /** Only of these. */
  readonly cameras?: readonly string[]
  readonly removed?: boolean
}

/** The data of the alert's latest event, and its clip. */
export interface AlertEntry extends Readonly<Record<string, unknown>> {
  readonly alertId: string
  /** Whether somebody has judged its clip. */
  readonly reviewed: boolean
  readonly clip: {
    readonly sha256: string
    readonly durationMs: number
    readonly preRollMs: number
    /** ISO 8601; its pre-roll begins then. */
    readonly startedAt: string
    readonly removedReason: string | null
  } | null
}

export interface ClipEntry {
  readonly alertId: string
  readonly cameraId: string
  readonly label: string | null
  readonly rule: string | null
  readonly score: number | null
  readonly sha256: string
  readonly bytes: number
  readonly startedAt: string
  readonly durationMs: number
  readonly preRollMs: number
  readonly endReason: string | null
  readonly reviewed: boolean
  readonly removedReason: string | null
}
