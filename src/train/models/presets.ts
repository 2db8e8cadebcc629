import type { FrameCnnSettings } from './frame-cnn.ts'
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

/** The sizes of the per-frame CNN, which learns from few clips. */
export type CnnPreset = { readonly name: 'cnn' } & Omit<FrameCnnSettings, 'labels'>

/** What is taught: a video transformer or the per-frame CNN. */
export type Network = Preset | CnnPreset

export const isCnn = (network: Network): network is CnnPreset => 'widths' in network

/** About 75 000 weights over 12 frames. */
export const cnnPreset: CnnPreset = {
  name: 'cnn',
  clip: { frames: 12, heightPx: 96, widthPx: 120 },
  widths: [12, 16, 24, 32],
  mixed: 48,
}
