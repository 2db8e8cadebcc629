import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../src/core/clock.ts'
import { motionDir } from '../../src/core/data-dir.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import { motionStepMs, motionSuffix, writeLevel } from '../../src/record/motion-file.ts'
import { makeFolders } from '../../src/store/make-folders.ts'

/** Keeps how much moved on each camera, for as long as footage is kept. */
export interface MotionLog {
  motion(cameraId: string, atMs: number, level: number): void
  close(): Promise<void>
}

const pruneEveryMs = 6 * 3_600_000

export function createMotionLog(options: {
  dataDir: string
  keepDays: () => number
  clock: Clock
  telemetry: Telemetry
}): MotionLog {
  const { dataDir, keepDays, clock, telemetry } = options
  const dir = motionDir(dataDir)
  const open = new Map<string, { atMs: number; highest: number }>()
  const writing = new Map<string, Promise<void>>()
  const made = new Set<string>()
  let failed = false

  const write = async (cameraId: string, atMs: number, level: number) => {
    try {
      if (!made.has(cameraId)) {
        makeFolders(join(dir, cameraId))
        made.add(cameraId)
      }
      await writeLevel(dir, cameraId, atMs, level)
      failed = false
    } catch (thrown) {
      made.delete(cameraId)
      if (!failed) telemetry.log.warn({ camera: cameraId, err: thrown }, 'how much moves is not kept')
      failed = true
    }
  }
  const flush = (cameraId: string) => {
    const step = open.get(cameraId)
    // One write at a time for each camera: on a disk that does not answer steps are left out.
    if (!step || writing.has(cameraId)) return
    const work = write(cameraId, step.atMs, step.highest).finally(() => writing.delete(cameraId))
    writing.set(cameraId, work)
  }
  let cancel = () => {}
  const prune = async () => {
    const before = new Date(clock.nowMs() - keepDays() * 86_400_000).toISOString().slice(0, 10)
    for (const camera of await readdir(dir).catch(() => []))
      for (const name of await readdir(join(dir, camera)).catch(() => []))
        if (name.endsWith(motionSuffix) && name < before)
          await rm(join(dir, camera, name), { force: true }).catch(() => {})
    cancel = clock.after(pruneEveryMs, () => void prune())
  }
  cancel = clock.after(60_000, () => void prune())

  return {
    motion(cameraId, at, level) {
      const atMs = Math.floor(at / motionStepMs) * motionStepMs
      const step = open.get(cameraId)
      if (step?.atMs === atMs) {
        step.highest = Math.max(step.highest, level)
        return
      }
      flush(cameraId)
      open.set(cameraId, { atMs, highest: level })
    },
    async close() {
      cancel()
      for (const cameraId of open.keys()) flush(cameraId)
      await Promise.all(writing.values())
    },
  }
}
