import type { Footage } from '../../../../src/record/digest/cover-pieces.ts'
import type { AlertMark, Piece } from '../../../../src/record/digest/piece.ts'

export function alertMark(fromMs: number, toMs: number, more: Partial<AlertMark> = {}): AlertMark {
  const alertId = `alert-${fromMs}`
  return {
    alertId,
    cameraId: 'gate',
    label: 'falling',
    severity: 'warning',
    score: 0.9,
    fromMs,
    toMs,
    ...more,
  }
}

export function moving(fromMs: number, toMs: number, motion = 0.1): Piece {
  return { cameraId: 'gate', fromMs, toMs, alerts: [], motion }
}

export function file(path: string, fromMs: number, toMs: number, cameraId = 'gate'): Footage {
  return { cameraId, path, fromMs, toMs }
}
