import type { Footage } from './cover-pieces.ts'
import { fitToLength } from './fit-to-length.ts'
import type { MotionStretch } from './motion-stretches.ts'
import type { AlertMark, Piece } from './piece.ts'

export interface PlanOptions {
  readonly fromMs: number
  readonly toMs: number
  readonly motion: ReadonlyMap<string, readonly MotionStretch[]>
  readonly alerts: readonly AlertMark[]
  /** What there is to show: nothing is planned where nothing was recorded. */
  readonly footage: readonly Footage[]
  /** Shown before and after an alert. */
  readonly contextMs: number
  /** So much of an alert is shown whatever moves; after that it is shown where something does. */
  readonly mostAlertMs: number
  /** Longest film; null: as long as it gets. */
  readonly lengthMs: number | null
  /** How many times faster than it was everything but alerts is shown. */
  readonly speed: number
}

/** Stretches that are shorter than this are no use to anybody. */
const leastMs = 400

/**
 * What a digest shows, in the order of time: every alert with its context, and what moves besides. Everything else
 * stands still and is left out. Stretches of one camera never overlap, so that nothing is shown twice.
 */
export function planDigest(options: PlanOptions): Piece[] {
  const { alerts, motion, lengthMs } = options
  const cameras = new Set([...motion.keys(), ...alerts.map(({ cameraId }) => cameraId)])
  const pieces = [...cameras].flatMap((cameraId) => {
    const shown = alertPieces(
      alerts.filter((alert) => alert.cameraId === cameraId),
      options,
    )
    const moving = merged(motion.get(cameraId) ?? []).flatMap((stretch) => without(stretch, shown))
    return [...shown, ...moving.map((stretch) => ({ ...stretch, cameraId, alerts: [] }))]
  })
  const within = pieces
    .map((piece) => ({
      ...piece,
      fromMs: Math.max(piece.fromMs, options.fromMs),
      toMs: Math.min(piece.toMs, options.toMs),
    }))
    .map((piece) => recordedPart(piece, options.footage))
    .filter(({ fromMs, toMs }) => toMs - fromMs >= leastMs)
  const chosen = lengthMs === null ? within : fitToLength(within, { ...options, lengthMs })
  return chosen.sort((a, b) => a.fromMs - b.fromMs || (a.cameraId < b.cameraId ? -1 : 1))
}

function alertPieces(alerts: readonly AlertMark[], { contextMs, mostAlertMs }: PlanOptions): Piece[] {
  const pieces: Piece[] = []
  for (const alert of [...alerts].sort((a, b) => a.fromMs - b.fromMs)) {
    const { cameraId } = alert
    const fromMs = alert.fromMs - contextMs
    const toMs = Math.min(alert.toMs, alert.fromMs + mostAlertMs) + contextMs
    const last = pieces.at(-1)
    if (last && fromMs <= last.toMs)
      pieces[pieces.length - 1] = {
        ...last,
        toMs: Math.max(last.toMs, toMs),
        alerts: [...last.alerts, alert],
      }
    else pieces.push({ cameraId, fromMs, toMs, alerts: [alert], motion: 1 })
  }
  return pieces
}

/** From the first to the last of it that was recorded; empty when nothing was. */
function recordedPart(piece: Piece, footage: readonly Footage[]): Piece {
  const own = footage.filter(
    (file) => file.cameraId === piece.cameraId && file.fromMs < piece.toMs && file.toMs > piece.fromMs,
  )
  const fromMs = Math.max(piece.fromMs, Math.min(...own.map((file) => file.fromMs)))
  return { ...piece, fromMs, toMs: Math.min(piece.toMs, Math.max(...own.map((file) => file.toMs))) }
}

function merged(stretches: readonly MotionStretch[]): MotionStretch[] {
  const result: MotionStretch[] = []
  for (const stretch of [...stretches].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1)
    if (last && stretch.fromMs <= last.toMs)
      result[result.length - 1] = {
        fromMs: last.fromMs,
        toMs: Math.max(last.toMs, stretch.toMs),
        motion: Math.max(last.motion, stretch.motion),
      }
    else result.push(stretch)
  }
  return result
}

/** What of a stretch is not shown already. */
function without(stretch: MotionStretch, shown: readonly Piece[]): MotionStretch[] {
  let left = [stretch]
  for (const piece of shown)
    left = left.flatMap((each) => [
      { ...each, toMs: Math.min(each.toMs, piece.fromMs) },
      { ...each, fromMs: Math.max(each.fromMs, piece.toMs) },
    ])
  return left.filter(({ fromMs, toMs }) => toMs - fromMs >= leastMs)
}
