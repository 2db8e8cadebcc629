import { mediaDurationMs } from '../../../src/camera/media-duration.ts'
import { probeCamera } from '../../../src/camera/probe.ts'
import type { LearningConfig } from '../../../src/config/schema/learning-schema.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { CachedVideo } from '../../../src/train/data/clip-cache.ts'
import { checkPreset, type TrainedModel } from '../../../src/train/export/trained-model.ts'
import { placePx } from '../../../src/train/models/place-features.ts'
import {
  type CnnPreset,
  cnnPreset,
  isCnn,
  type Network,
  type Preset,
  presets,
} from '../../../src/train/models/presets.ts'
import type { FineTunePlanInput } from '../../../src/train/run/fine-tune-plan.ts'

/** Frames a second of the video transformer. */
export const defaultFps = 8
/** From so many labelled clips on the transformer is as good as the CNN, and can be pretrained. */
const manyClips = 200
/** How the CNN is fine-tuned unless the plan says otherwise; found on few clips of real people. */
export const cnnFineTuning: FineTunePlanInput = {
  batch: 8,
  peakRate: 3e-3,
  averageDecay: 0.99,
  augmentation: { crop: 0.75 },
}

/**
 * How the head of a frozen backbone is taught unless the plan says otherwise: features are all that there is, and so few
 * clips are enough that a spread target takes away more than it protects from.
 */
export const headFineTuning = { labelSmoothing: 0, clipsPerItem: 3 } as const

interface Choice {
  readonly preset: Network
  readonly sampleFps: number
}

/**
 * The network that is taught and the clips that it looks at. Few clips teach the per-frame CNN more than the
 * transformer; the live version's network stays, so that the next one goes on from it.
 *
 * @throws AppError TRAIN_PLAN when settings of the transformer are given for the CNN; MEDIA_*
 */
export async function chooseNetwork(options: {
  learning: LearningConfig
  videos: readonly CachedVideo[]
  /** Whether the plan asks for pretraining. */
  pretrained: boolean
  /** Videos without labels. */
  more: number
  live: TrainedModel | null
}): Promise<Choice> {
  const { learning, videos, live } = options
  if (!wantsCnn(options))
    return { preset: presetOf({ learning }), sampleFps: learning.sampleFps ?? defaultFps }
  const { frames, widthPx, heightPx, ...others } = defined(learning.sizes)
  const foreign = Object.keys(others)
  if (foreign.length > 0)
    throw new AppError(
      'TRAIN_PLAN',
      `sizes.${foreign[0]}: is of the transformer; leave it out, or set network: transformer`,
    )
  const given = { ...(frames && { frames }), ...(widthPx && { widthPx }), ...(heightPx && { heightPx }) }
  if (live && isCnn(live.preset) && Object.keys(given).length === 0)
    return { preset: live.preset, sampleFps: learning.sampleFps ?? live.sampleFps }
  const clip = { ...cnnPreset.clip, ...given }
  const looked = await lookAt(videos)
  const preset: CnnPreset = {
    ...cnnPreset,
    clip: { ...clip, widthPx: widthPx ?? toPlaces(clip.heightPx * looked.aspect) },
  }
  return { preset, sampleFps: learning.sampleFps ?? rateFor(looked.shortS, clip.frames) }
}

/** The video transformer of the settings. @throws AppError TRAIN_PLAN */
export function presetOf({ learning }: { learning: LearningConfig }): Preset {
  const { frames, widthPx, heightPx, ...sizes } = defined(learning.sizes)
  const base = presets[learning.preset]
  const clip = { ...base.clip, ...defined({ frames, widthPx, heightPx }) }
  const preset: Preset = { ...base, ...sizes, clip, name: learning.preset }
  checkPreset(preset)
  return preset
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}

function wantsCnn({
  learning,
  videos,
  pretrained,
  more,
  live,
}: Parameters<typeof chooseNetwork>[0]): boolean {
  const { network, kind, preset, sizes, backbone } = learning
  if (network !== 'auto') return network === 'cnn' && backbone === undefined
  if (backbone !== undefined || kind === 'stream' || preset !== 'nano' || pretrained || more > 0) return false
  if (Object.keys(defined(sizes)).length > 0) return false
  return live ? isCnn(live.preset) : videos.length < manyClips
}

const toPlaces = (px: number) => Math.max(64, Math.min(256, placePx * Math.round(px / placePx)))

/** Twelve frames in a second; faster where every tenth clip is so short that few clips of a second fit into it. */
function rateFor(shortS: number, frames: number): number {
  const usual = 12.5
  return Math.min(25, Math.max(usual, Math.round((2 * frames) / (0.8 * shortS)) / 2))
}

/** The shape of the pictures, and a length that nine tenths of the clips have. */
async function lookAt(videos: readonly CachedVideo[]): Promise<{ aspect: number; shortS: number }> {
  const every = Math.max(1, Math.ceil(videos.length / 24))
  const some = videos.filter((_, at) => at % every === 0)
  const lengths: number[] = []
  for (const { path, startMs = 0, endMs } of some)
    lengths.push(((endMs ?? (await mediaDurationMs(path))) - startMs) / 1000)
  lengths.sort((a, b) => a - b)
  const { widthPx, heightPx } = await probeCamera(some[0]!.path)
  return { aspect: widthPx / heightPx, shortS: lengths[Math.floor(lengths.length / 10)]! }
}
