import { stat, statfs } from 'node:fs/promises'
import { recordingOf } from '../../src/config/schema/recording-schema.ts'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { clipsDir, segmentsDir } from '../../src/core/data-dir.ts'
import { createClipFolder } from '../../src/record/clip/clip-folder.ts'
import { listSegments, type SegmentFile } from '../../src/record/list-segments.ts'
import { type DiskForecast, forecastDisk, type RecordedCamera } from './forecast-disk.ts'

export interface DiskUse {
  readonly totalBytes: number
  readonly freeBytes: number
  readonly recordedBytes: number
  readonly bytesPerDay: number
  readonly forecast: DiskForecast
}

const dayMs = 86_400_000
const mb = 1_000_000
/** It is worked out again after so long, and only when somebody asks. */
const staleMs = 120_000
/** Files of a camera whose size is looked at; the others are taken to be like these. */
const mostLooked = 40

/** What recordings take of the disk, and how long it lasts. */
export function createDiskUse(options: {
  config: () => Config
  clock: Pick<Clock, 'nowMs' | 'monoMs'>
}): () => Promise<DiskUse> {
  const { config, clock } = options
  let known: { atMs: number; use: Promise<DiskUse> } | null = null
  return () => {
    if (known && clock.monoMs() - known.atMs < staleMs) return known.use
    const use = measure(config(), clock.nowMs())
    use.catch(() => {
      known = null
    })
    known = { atMs: clock.monoMs(), use }
    return use
  }
}

async function measure(config: Config, nowMs: number): Promise<DiskUse> {
  const { dataDir, recording, cameras } = config
  const segments = Map.groupBy(await listSegments(segmentsDir(dataDir)), ({ cameraId }) => cameraId)
  const clips = Map.groupBy(
    await createClipFolder(clipsDir(dataDir), () => nowMs).list(),
    ({ cameraId }) => cameraId,
  )
  const sizes = await Promise.all(
    cameras.map(async (camera): Promise<RecordedCamera> => {
      const { maxMb, keepDays, keepSegmentsDays, continuous } = recordingOf(recording, camera)
      const own = segments.get(camera.id) ?? []
      const ownClips = clips.get(camera.id) ?? []
      const clipBytes = ownClips.reduce((sum, { bytes }) => sum + bytes, 0)
      const lately = ownClips.filter(({ changedMs }) => nowMs - changedMs < dayMs)
      const meanBytes = await meanSize(own)
      const firstMs = Math.min(...own.map(({ startedMs }) => startedMs), nowMs)
      const overMs = Math.min(dayMs, Math.max(nowMs - firstMs, 60_000))
      const inWindow = own.filter(({ startedMs }) => startedMs >= nowMs - overMs).length
      const segmentsPerDay = camera.paused ? 0 : (inWindow * meanBytes * dayMs) / overMs
      const clipsPerDay = lately.reduce((sum, { bytes }) => sum + bytes, 0)
      return {
        presentBytes: clipBytes + meanBytes * own.length,
        bytesPerDay: segmentsPerDay + clipsPerDay,
        limitBytes: maxMb * mb,
        keepDays: continuous ? keepSegmentsDays : keepDays,
      }
    }),
  )
  const { bavail, blocks, bsize } = await statfs(dataDir)
  const freeBytes = bavail * bsize
  return {
    totalBytes: blocks * bsize,
    freeBytes,
    recordedBytes: sizes.reduce((sum, { presentBytes }) => sum + presentBytes, 0),
    bytesPerDay: sizes.reduce((sum, { bytesPerDay }) => sum + bytesPerDay, 0),
    forecast: forecastDisk({ freeBytes, reserveBytes: recording.lowFreeMb * mb, cameras: sizes }),
  }
}

/** The mean size of files, by some of them from all over the time. */
async function meanSize(files: readonly SegmentFile[]): Promise<number> {
  const step = Math.max(1, Math.ceil(files.length / mostLooked))
  const looked = files.filter((_, at) => at % step === 0)
  const sizes = await Promise.all(
    looked.map(({ path }) =>
      stat(path).then(
        ({ size }) => size,
        () => null,
      ),
    ),
  )
  const there = sizes.filter((size) => size !== null)
  return there.length === 0 ? 0 : there.reduce((sum, size) => sum + size, 0) / there.length
}
