import type { PictureFit } from './frame.ts'

/** The parts of a model's bundle.json that other stages need: the temporal and spatial contract. */
export interface ModelContract {
  readonly name: string
  readonly version: string
  readonly kind: 'clip' | 'stream' | 'detector' | 'pose' | 'audio'
  /** Frames in one clip (T). For `stream`: frames in one tubelet. For `audio`: samples in one window. */
  readonly frames: number
  /** Rate at which the model wants its frames; for `audio`, of its samples. */
  readonly sampleFps: number
  /** Frames between the starts of consecutive clips. */
  readonly strideFrames: number
  readonly widthPx: number
  readonly heightPx: number
  readonly labels: readonly string[]
  /** How its frames are brought to its size. Absent: stretched. */
  readonly fit?: PictureFit
}

/** Bytes of one frame: rgb24, or one sample of sound. */
export function frameBytes(model: Pick<ModelContract, 'kind' | 'widthPx' | 'heightPx'>): number {
  return model.kind === 'audio' ? 2 : model.widthPx * model.heightPx * 3
}

/** The inference engine as the pipelines see it. */
export interface InferencePort {
  /** Factor ≥ 1 by which strides of this model are now lengthened because inference is saturated. */
  strideScale(modelName: string): number
}
