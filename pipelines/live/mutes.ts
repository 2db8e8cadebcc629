import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { AlertStep } from '../../src/core/alert.ts'
import type { Clock } from '../../src/core/clock.ts'
import { dataFiles } from '../../src/core/data-dir.ts'
import type { Log } from '../../src/core/telemetry-port.ts'
import { readJson } from '../../src/store/read-json.ts'
import { writeWhole } from '../../src/store/write-whole.ts'

/** Cameras whose alerts nobody wants to be told of for a while. */
export interface Mutes {
  /** Until when a camera is muted; null: it is not. */
  untilMs(cameraId: string): number | null
  /** Mutes a camera from now on for so long; null: not any more. @throws AppError STORE_WRITE */
  set(cameraId: string, forMs: number | null): Promise<number | null>
  /**
   * Marks the steps of an alert whose camera was muted when it began. An alert that was told of keeps being told of, so
   * that its end comes to those who know of it; one that was not stays untold.
   */
  mark(step: AlertStep): AlertStep
}

const untils = z.record(z.string(), z.number())

/** Mutes, kept in the data directory: they are there again after a restart. */
export function createMutes(options: { dataDir: string; clock: Pick<Clock, 'nowMs'>; log: Log }): Mutes {
  const { dataDir, clock, log } = options
  const path = join(dataDir, dataFiles.mutes)
  const until = new Map(Object.entries(readMutes(path, log)))
  /** Alerts that are open and untold. */
  const untold = new Set<string>()
  let writing: Promise<unknown> = Promise.resolve()

  const untilMs = (cameraId: string) => {
    const endMs = until.get(cameraId)
    if (endMs === undefined) return null
    if (endMs > clock.nowMs()) return endMs
    until.delete(cameraId)
    return null
  }
  const write = async () => {
    const content = JSON.stringify(Object.fromEntries(until))
    await writeWhole({ path, content, what: 'which cameras are muted', mode: 0o600 })
  }
  return {
    untilMs,
    async set(cameraId, forMs) {
      const before = until.get(cameraId)
      if (forMs === null) until.delete(cameraId)
      else until.set(cameraId, clock.nowMs() + forMs)
      const written = writing.then(write)
      writing = written.catch(() => {})
      try {
        await written
      } catch (thrown) {
        if (before === undefined) until.delete(cameraId)
        else until.set(cameraId, before)
        throw thrown
      }
      return untilMs(cameraId)
    },
    mark(step) {
      const { alertId, phase, cameraId } = step
      if (phase === 'new' && untilMs(cameraId) !== null) untold.add(alertId)
      const muted = untold.has(alertId)
      if (phase === 'end') untold.delete(alertId)
      return muted ? { ...step, muted: true } : step
    },
  }
}

function readMutes(path: string, log: Log): Record<string, number> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return {}
  }
  const read = readJson(text, untils)
  if (!read) log.warn({ file: path }, 'which cameras were muted cannot be read; none is')
  return read ?? {}
}
