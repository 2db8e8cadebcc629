import { join } from 'node:path'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import type { Clock } from '../../src/core/clock.ts'
import { anomalyDir, segmentsDir } from '../../src/core/data-dir.ts'
import { AppError } from '../../src/core/errors.ts'
import { listSegments } from '../../src/record/list-segments.ts'
import { calibrateAnomaly, videosOf } from '../../src/train/anomaly/anomaly.ts'
import { type CachedVideo, openClipCache } from '../../src/train/data/clip-cache.ts'
import type { TrainingProgress } from '../../src/train/evaluate/prediction.ts'
import { cacheDirOf } from './job.ts'

export interface CalibrateOptions {
  readonly bundleDir: string
  readonly dataDir: string
  readonly threads: number
  readonly clock: Clock
  readonly onProgress: (progress: TrainingProgress) => void
  readonly signal: AbortSignal
}

export interface CalibratedCamera {
  readonly camera: string
  readonly model: string
  /** Tubelets of normal footage, and how long that is. */
  readonly tubelets: number
  readonly seconds: number
  readonly path: string
}

/**
 * Learns what is normal for one camera from footage of it in which nothing unusual happens, and puts it where a running
 * Vireo finds it within a minute.
 *
 * @throws AppError TRAIN_DATA (too short, or no anomaly model), TRAIN_STOPPED, MODEL_*, MEDIA_*, STORE_WRITE
 */
export async function calibrateCamera(
  options: CalibrateOptions & { cameraId: string; footage: readonly CachedVideo[] },
): Promise<CalibratedCamera> {
  const { bundleDir, cameraId, footage, dataDir, threads, clock, onProgress, signal } = options
  const { bundle } = await loadBundle(bundleDir)
  if (!bundle.anomaly)
    throw new AppError(
      'TRAIN_DATA',
      `${bundleDir}: ${bundle.name} is no anomaly model; it needs no calibration`,
    )
  const startedMs = clock.monoMs()
  const tell = (phase: TrainingProgress['phase'], done: number, total: number) => {
    const etaS = ((clock.monoMs() - startedMs) / 1000 / Math.max(1, done)) * (total - done)
    onProgress({ phase, done, total, loss: null, etaS })
  }
  const { widthPx, heightPx } = bundle.input
  const source = await openClipCache({
    cacheDir: cacheDirOf(dataDir),
    videos: footage,
    widthPx,
    heightPx,
    signal,
    clock,
    sampleFps: bundle.temporal.sampleFps,
    onProgress: ({ done, total }) => tell('load', done, total),
  })
  try {
    const frames = source.items.reduce((sum, { frameCount }) => sum + frameCount, 0)
    const played = function* () {
      let done = 0
      for (const video of videosOf(source)) {
        if (signal.aborted) throw new AppError('TRAIN_STOPPED', `camera ${cameraId}: calibration was stopped`)
        yield video
        done += video.length / (widthPx * heightPx * 3)
        tell('evaluate', done, frames)
      }
    }
    const { calibration, path } = await calibrateAnomaly({
      bundleDir,
      cameraId,
      videos: played(),
      threads,
      dir: anomalyDir(dataDir),
    })
    const { tubelets } = calibration
    return {
      camera: cameraId,
      model: `${bundle.name}@${bundle.version}`,
      tubelets,
      seconds: Math.round((tubelets * bundle.temporal.frames) / bundle.temporal.sampleFps),
      path,
    }
  } finally {
    source.close()
  }
}

/** The continuous recording of a camera that began between two moments. @throws AppError TRAIN_DATA when there is none */
export async function recordedFootage(options: {
  dataDir: string
  cameraId: string
  fromMs: number
  toMs: number
}): Promise<CachedVideo[]> {
  const { dataDir, cameraId, fromMs, toMs } = options
  const segments = (await listSegments(segmentsDir(dataDir))).filter(
    (each) => each.cameraId === cameraId && each.startedMs >= fromMs && each.startedMs < toMs,
  )
  if (segments.length === 0)
    throw new AppError(
      'TRAIN_DATA',
      `camera ${cameraId}: nothing was recorded from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()} (recording.continuous); give videos with --footage`,
      { details: { camera: cameraId, folder: join(segmentsDir(dataDir), cameraId) } },
    )
  return segments.map(({ path, name }) => ({ id: name, path, label: null, group: cameraId }))
}
