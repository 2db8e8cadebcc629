import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dataFiles } from '../../src/core/data-dir.ts'
import type { Footage } from '../../src/record/digest/cover-pieces.ts'
import type { AlertMark } from '../../src/record/digest/piece.ts'
import { everyItem } from '../../src/store/every-item.ts'
import { openAlertReader } from '../../src/store/tables/alert-reader.ts'
import { openClipReader } from '../../src/store/tables/clip-reader.ts'

/** An alert that lasts, or a clip, may have begun so long before the time that is asked for. */
const longestMs = 86_400_000

interface Asked {
  readonly dataDir: string
  readonly fromMs: number
  readonly toMs: number
  readonly wanted: (cameraId: string) => boolean
}

/** Alerts that last during some of a time, and the clips that show something of it. */
export function recordedAlerts(asked: Asked): { alerts: AlertMark[]; clips: Footage[] } {
  if (!existsSync(join(asked.dataDir, dataFiles.events))) return { alerts: [], clips: [] }
  return { alerts: alertsOf(asked), clips: clipsOf(asked) }
}

function alertsOf({ dataDir, fromMs, toMs, wanted }: Asked): AlertMark[] {
  const reader = openAlertReader(dataDir)
  try {
    const found: AlertMark[] = []
    const filter = { sinceMs: fromMs - longestMs, untilMs: toMs }
    for (const { step } of everyItem((request) => reader.list(filter, request))) {
      const { alertId, cameraId, label, severity, score, startedMs, lastMs } = step
      if (wanted(cameraId) && lastMs >= fromMs)
        found.push({ alertId, cameraId, label, severity, score, fromMs: startedMs, toMs: lastMs })
    }
    return found.sort((a, b) => a.fromMs - b.fromMs)
  } finally {
    reader.close()
  }
}

function clipsOf({ dataDir, fromMs, toMs, wanted }: Asked): Footage[] {
  const reader = openClipReader(dataDir)
  try {
    const found: Footage[] = []
    const filter = { sinceMs: fromMs - longestMs }
    for (const clip of everyItem((request) => reader.list(filter, request))) {
      const { cameraId, path, startedMs, durationMs } = clip
      if (wanted(cameraId) && startedMs < toMs && startedMs + durationMs > fromMs && existsSync(path))
        found.push({ cameraId, path, fromMs: startedMs, toMs: startedMs + durationMs })
    }
    return found.sort((a, b) => a.fromMs - b.fromMs)
  } finally {
    reader.close()
  }
}
