import { cleanLine } from '../../../core/text/clean-text.ts'
import type { ClipRow } from '../../../store/tables/clip-reader.ts'

/** One line for people. */
export function describeClip(row: ClipRow): string {
  const { alertId, startedMs, cameraId, label, durationMs, preRollMs, bytes, removedReason, endReason } = row
  const notes = [
    removedReason === null ? null : `removed: ${removedReason}`,
    endReason === null ? null : `ends early: ${endReason}`,
    row.reviewed ? 'reviewed' : null,
  ].filter((note) => note !== null)
  const columns = [
    alertId.slice(0, 12),
    new Date(startedMs).toISOString().slice(0, 19),
    cameraId.padEnd(12),
    (label ?? '-').padEnd(10),
    `${(durationMs / 1000).toFixed(1)} s`.padStart(7),
    `${(preRollMs / 1000).toFixed(1)} s before`,
    `${(bytes / 1e6).toFixed(1)} MB`,
    ...notes,
  ]
  return cleanLine(columns.join('  '))
}
