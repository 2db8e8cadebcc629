import type { VideoTransformerSettings } from './video-transformer.ts'

/** The sizes of the video transformer, without what depends on the task. */
export type Preset = Omit<VideoTransformerSettings, 'labels'>

/**
 * nano runs in real time on two CPU cores (about 1.9 million weights); small and base are ViT-S and ViT-B in their
 * widths and depths (Dosovitskiy et al. 2021, table 1; Touvron et al. 2021), for GPUs.
 */
export const presets = {
  nano: {
    name: 'nano',
    clip: { frames: 16, heightPx: 96, widthPx: 96 },
    patchPx: 16,
    tubeletFrames: 2,
    width: 144,
    heads: 4,
    hidden: 576,
    depthSpace: 5,
    depthTime: 2,
  },
  small: {
    name: 'small',
    clip: { frames: 16, heightPx: 224, widthPx: 224 },
    patchPx: 16,
    tubeletFrames: 2,
    width: 384,
    heads: 6,
    hidden: 1536,
    depthSpace: 9,
    depthTime: 3,
  },
  base: {
    name: 'base',
    clip: { frames: 16, heightPx: 224, widthPx: 224 },
    patchPx: 16,
    tubeletFrames: 2,
    width: 768,
    heads: 12,
    hidden: 3072,
    depthSpace: 9,
    depthTime: 3,
  },
} as const satisfies Record<string, Preset>

export type PresetName = keyof typeof presets
