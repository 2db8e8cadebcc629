import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import { AppError } from '../../src/core/errors.ts'
import { openClipCache } from '../../src/train/data/clip-cache.ts'
import type { ClipSource } from '../../src/train/data/clip-source.ts'
import { readLabelledSet } from '../../src/train/data/labelled-set.ts'
import type { TrainingProgress } from '../../src/train/evaluate/prediction.ts'
import {
  type QuantizedBundle,
  type QuantizeMode,
  quantizeBundle,
} from '../../src/train/export/quantize-bundle.ts'

/** Typical videos that ranges are taken from; more of them add little. */
const mostCalibration = 32

/** quantizeBundle with videos cut from labelled footage. @throws AppError TRAIN_LABEL and whatever it throws */
export async function quantizeFromFootage(options: {
  bundleDir: string
  outDir: string
  mode: QuantizeMode
  /** Weights of 7 bits, else of 8. */
  sevenBits: boolean
  keepFloat: boolean
  data: readonly string[]
  threads: number
  onProgress: (progress: TrainingProgress) => void
  signal: AbortSignal
}): Promise<QuantizedBundle> {
  const { bundleDir, outDir, data, threads, onProgress, signal } = options
  const { mode, sevenBits, keepFloat } = options
  const settings = { mode, threads, sevenBits, keepFloat }
  if (data.length === 0) return quantizeBundle({ bundleDir, outDir, ...settings })
  const { bundle } = await loadBundle(bundleDir)
  const { labels, items } = await readLabelledSet(data)
  const unknown = labels.find((label) => !bundle.labels.some(({ name }) => name === label))
  if (unknown !== undefined)
    throw new AppError('TRAIN_LABEL', `footage is labelled "${unknown}", which ${bundleDir} does not have`)
  const cacheDir = await mkdtemp(join(tmpdir(), 'vireo-quantize-'))
  try {
    const source = await openClipCache({
      cacheDir,
      videos: items,
      ...bundle.input,
      sampleFps: bundle.temporal.sampleFps,
      signal,
      onProgress: ({ done, total }) => onProgress({ phase: 'load', done, total, loss: null, etaS: 0 }),
    })
    const frames = bundle.temporal.frames * (bundle.warmupClips + 1)
    const videos = source.items.map((_, item) => videoOf(source, item, frames))
    const every = Math.max(1, Math.floor(videos.length / mostCalibration))
    const calibration = videos.filter((_, at) => at % every === 0).slice(0, mostCalibration)
    const labelled = videos.map((video, at) => ({
      video,
      label: bundle.labels.findIndex(({ name }) => name === source.items[at]!.label),
    }))
    source.close()
    return await quantizeBundle({ bundleDir, outDir, calibration, labelled, ...settings })
  } finally {
    await rm(cacheDir, { recursive: true, force: true })
  }
}

function videoOf(source: ClipSource, item: number, frames: number): Uint8Array {
  const video = new Uint8Array(frames * source.widthPx * source.heightPx * 3)
  const start = Math.max(0, Math.floor((source.items[item]!.frameCount - frames) / 2))
  source.read(item, start, frames, video)
  return video
}
