import type { Severity } from '../../core/alert.ts'

/** What a digest says of an alert. */
export interface AlertMark {
  readonly alertId: string
  readonly cameraId: string
  readonly label: string
  readonly severity: Severity
  readonly score: number
  readonly fromMs: number
  readonly toMs: number
}

/** A stretch of one camera that is shown. */
export interface Piece {
  readonly cameraId: string
  readonly fromMs: number
  readonly toMs: number
  /** Alerts that it is shown for; none: because something moves. */
  readonly alerts: readonly AlertMark[]
  readonly motion: number
}
