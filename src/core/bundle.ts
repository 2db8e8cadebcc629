import type { PictureFit } from './frame.ts'
import { keypointNames } from './pose.ts'

/** The parts of a model's bundle.json that other stages need: the temporal and spatial contract. */
export interface ModelContract {
  readonly name: string
  readonly version: string
  readonly kind: 'clip' | 'stream' | 'detector' | 'pose' | 'audio' | 'skeleton'
  /** Frames in one clip (T). For `stream`: frames in one tubelet. For `audio`: samples in one window. For `skeleton`: moments. */
  readonly frames: number
  /** Rate at which the model wants its frames; for `audio`, of its samples, for `skeleton`, of its moments. */
  readonly sampleFps: number
  /** Frames between the starts of consecutive clips. */
  readonly strideFrames: number
  readonly widthPx: number
  readonly heightPx: number
  readonly labels: readonly string[]
  /** How its frames are brought to its size. Absent: stretched. */
  readonly fit?: PictureFit
}

/** What a skeleton model sees of one moment: a body and the one nearest to it, x, y and score of each keypoint. */
export const bodiesShape = [2, keypointNames.length, 3] as const

/** Whether a model looks at pictures: not at sound, nor at what another model found in pictures. */
export function seesPictures({ kind }: Pick<ModelContract, 'kind'>): boolean {
  return kind !== 'audio' && kind !== 'skeleton'
}

/** Bytes of one frame: rgb24, one sample of sound, or the bodies of one moment. */
export function frameBytes(model: Pick<ModelContract, 'kind' | 'widthPx' | 'heightPx'>): number {
  if (model.kind === 'audio') return 2
  if (model.kind === 'skeleton') return bodiesShape[0] * bodiesShape[1] * bodiesShape[2] * 4
  return model.widthPx * model.heightPx * 3
}

/** The inference engine as the pipelines see it. */
export interface InferencePort {
  /** Factor ≥ 1 by which strides of this model are now lengthened because inference is saturated. */
  strideScale(modelName: string): number
}
