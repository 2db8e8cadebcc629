import type { VideoTransformerSettings } from '../../../src/train/models/video-transformer.ts'
import type { PretrainPlan } from '../../../src/train/run/pretrain.ts'
import type { WindowShape } from './windows.ts'

// Everything that was chosen. All folds use the same; found by trials on few folds.

/**
 * What the models see: every second frame of about one second, 48 × 64 pixels around the person, six tubelets of two
 * frames. From one frame to the next but one a walker moves a few pixels, which is change enough to see.
 */
export const window: WindowShape = { frames: 12, heightPx: 64, widthPx: 48, stride: 2, hold: 2 }

/** A quarter of a million weights: the set has 80 clips to learn from. */
export const transformer: Omit<VideoTransformerSettings, 'labels'> = {
  name: 'weizmann',
  clip: { frames: window.frames, heightPx: window.heightPx, widthPx: window.widthPx },
  patchPx: 8,
  tubeletFrames: window.hold,
  input: 'motion',
  width: 96,
  heads: 4,
  hidden: 192,
  depthSpace: 2,
  depthTime: 2,
  pooling: 'max',
}

export const cnnWidths = { widths: [12, 16, 24, 32], mixed: 48 } as const

/** How labels are learned. */
export interface LabelPlan {
  readonly batch: number
  readonly peakRate: number
  readonly warmup: number
  readonly weightDecay: number
  readonly labelSmoothing: number
  /** Share of the places that a step leaves out of sight. */
  readonly patchDropout: number
  /** Decay of the average of the weights that is judged in the end. */
  readonly average: number
}

const labels = {
  patchDropout: 0,
  batch: 8,
  warmup: 40,
  weightDecay: 0.05,
  labelSmoothing: 0.1,
  average: 0.99,
}
export const scratchPlan: LabelPlan = { ...labels, peakRate: 2e-3 }
export const tunePlan: LabelPlan = { ...labels, peakRate: 2e-3 }
export const cnnPlan: LabelPlan = { ...labels, batch: 16, peakRate: 3e-3 }

/** How long each run is. */
export interface Steps {
  readonly pretrain: number
  /** Of the transformer, from random weights and from pretrained ones. */
  readonly transformer: number
  readonly cnn: number
  /** With few labelled clips there is less to learn, and more to learn by heart. */
  readonly few: number
  /** Labelled clips of each class (one from each of so many people) in the runs with few labels. */
  readonly shots: readonly number[]
}

export const fullSteps: Steps = { pretrain: 600, transformer: 2400, cnn: 800, few: 400, shots: [1, 2, 4] }
export const smokeSteps: Steps = { pretrain: 2, transformer: 2, cnn: 2, few: 2, shots: [1] }

export const pretrainPlan: Omit<PretrainPlan, 'steps'> = {
  batch: 16,
  maskRatio: 0.75,
  maskedWeight: 1,
  nextWeight: 0.5,
  peakRate: 3e-3,
  warmup: 40,
}

/** Windows of a clip, evenly spaced, each also mirrored, whose logits are averaged. */
export const views = 6
export const seed = 1
