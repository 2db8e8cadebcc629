import { readFile } from 'node:fs/promises'
import { loadBundle } from '../../bundle/load-bundle.ts'
import { AppError } from '../../core/errors.ts'
import type { ClipSource } from '../data/clip-source.ts'
import { openBundlePlayer } from '../export/bundle-player.ts'
import { type AnomalyCalibration, learnNormal, leastTubelets } from './anomaly-calibration.ts'
import { calibrationPath, graphSha256, writeCalibration } from './anomaly-store.ts'

/**
 * Calibrates one camera: plays normal footage of it through an anomaly bundle, learns what errors are normal where, and
 * keeps that under `dir` for this version of the model (dataDir/anomaly, where a running Vireo finds it within a minute).
 * Everything that is in the footage is taken as normal. Throws TRAIN_DATA when the footage is too short or the bundle is
 * none for anomalies, MODEL_* and STORE_WRITE.
 */
export async function calibrateAnomaly(options: {
  bundleDir: string
  cameraId: string
  /** uint8 [frames, H, W, 3] each, at the bundle's sampleFps; see videosOf. */
  videos: Iterable<Uint8Array>
  dir: string
  threads: number
}): Promise<{ calibration: AnomalyCalibration; path: string }> {
  const { bundleDir, cameraId, videos, dir, threads } = options
  const { bundle, graphPath } = await loadBundle(bundleDir)
  if (!bundle.anomaly)
    throw new AppError(
      'TRAIN_DATA',
      `${bundleDir}: ${bundle.name} is no anomaly model; it needs no calibration`,
    )
  const player = await openBundlePlayer({ bundle, graph: await readFile(graphPath), threads })
  const rows: Float32Array[] = []
  const shortest = (bundle.warmupClips + 1) * player.callBytes
  try {
    for (const video of videos) if (video.length >= shortest) rows.push(...(await player.score([video])))
  } finally {
    await player.close()
  }
  if (rows.length < leastTubelets)
    throw new AppError(
      'TRAIN_DATA',
      `camera ${cameraId}: ${rows.length} tubelets of normal footage; at least ${leastTubelets} are needed to know what is unusual (${Math.ceil((leastTubelets * bundle.temporal.frames) / bundle.temporal.sampleFps)} s)`,
      { details: { camera: cameraId, tubelets: rows.length } },
    )
  const { name, version } = bundle
  const about = { camera: cameraId, graphSha256: graphSha256(bundle), model: { name, version } }
  const calibration = learnNormal(rows, about)
  const path = calibrationPath(dir, bundle, cameraId)
  await writeCalibration(path, calibration)
  return { calibration, path }
}

/** The footage of a source in pieces of at most `pieceFrames`, so that hours need no more memory than one piece. */
export function* videosOf(source: ClipSource, pieceFrames = 1024): Generator<Uint8Array> {
  const bytes = source.widthPx * source.heightPx * 3
  for (const [item, { frameCount }] of source.items.entries())
    for (let start = 0; start < frameCount; start += pieceFrames) {
      const count = Math.min(pieceFrames, frameCount - start)
      const piece = new Uint8Array(count * bytes)
      source.read(item, start, count, piece)
      yield piece
    }
}
