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
  quantizeModes,
} from '../../src/train/export/quantize-bundle.ts'

/** Typical videos that ranges are taken from; more of them add little. */
const mostCalibration = 32

/** quantizeBundle with videos cut from labelled footage. @throws AppError API_BAD_REQUEST and whatever it throws */
export async function quantizeFromFootage(options: {
  bundleDir: string
  outDir: string
  mode: string
  /** 7 or 8, as given. */
  bits: string
  keepFloat: boolean
  data: readonly string[]
  threads: number
  onProgress: (progress: TrainingProgress) => void
  signal: AbortSignal
}): Promise<QuantizedBundle> {
  const { bundleDir, outDir, data, threads, onProgress, signal } = options
  const mode = quantizeModes.find((each) => each === options.mode) as QuantizeMode | undefined
  if (!mode)
    throw new AppError('API_BAD_REQUEST', `--mode ${options.mode}: accepted: ${quantizeModes.join(', ')}`)
  if (options.bits !== '7' && options.bits !== '8')
    throw new AppError('API_BAD_REQUEST', `--bits ${options.bits}: accepted: 7, 8`)
  const settings = { mode, threads, sevenBits: options.bits === '7', keepFloat: options.keepFloat }
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
