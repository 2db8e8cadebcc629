import type { ParameterSpec, Parameters } from '../autodiff/parameters.ts'
import type { Tape, Value } from '../autodiff/tape.ts'

/** What a clip model looks at. */
export interface ClipShape {
  readonly frames: number
  readonly heightPx: number
  readonly widthPx: number
}

/** What a step of training leaves out, as names of the graph's inputs. */
export interface LeftOut {
  /** float32 [N, blocks] with which each block of each clip is multiplied (drop path, Huang et al. 2016). */
  readonly keep?: string
  /**
   * Only the first `visible` places in the order (int64 [N, places], drawOrders) of each clip are looked at (patch
   * dropout, Liu et al. 2022): a step costs less, and no single place is relied on.
   */
  readonly seen?: { readonly order: string; readonly visible: number }
}

/** A clip classifier: its weights, and how it turns a clip into logits. The same text trains and serves. */
export interface VideoModel {
  readonly name: string
  /**
   * `sound`: its clips are windows of sound; the frames of `clip` are samples. `skeleton`: they are keypoints of a person
   * and of the one beside them; its width and height mean nothing. Pictures when left out.
   */
  readonly modality?: 'sound' | 'skeleton'
  readonly clip: ClipShape
  readonly labels: readonly string[]
  readonly parameters: readonly ParameterSpec[]
  /** Places of a picture, some of which training may leave out of sight (patch dropout); none when left out. */
  readonly places?: number
  /** Residual blocks that may be left out in training (drop path), from the first to the last; none when left out. */
  readonly blocks?: readonly string[]
  /**
   * @param clips name of a tensor as clipTensor says.
   * @param batch N, or -1 when it is free.
   * @param left what training leaves out; nothing when it is not given.
   * @returns logits [N, labels], and those of every place [N, labels · rows · columns] where the model has places.
   */
  forward(
    tape: Tape,
    parameters: Parameters,
    clips: string,
    batch: number,
    left?: LeftOut,
  ): { logits: Value; cells: Value | null }
  /**
   * The graph that serves, where that is not the way forward written anew: an imported one with other numbers. It takes
   * clips uint8 [N, T, H, W, 3] and gives logits [N, labels] under names of its own.
   */
  readonly served?: {
    readonly inputName: string
    readonly outputName: string
    graph(weights: Float32Array): Uint8Array
  }
  /** ONNX opset of the serving graph, where it holds an imported one; the builder's own when left out. */
  readonly opset?: number
  /** The grid of places that the model scores by themselves, or null. */
  readonly grid: { readonly rows: number; readonly columns: number } | null
}

/** Bodies of a window of skeletons, keypoints of each, and numbers of each keypoint: x, y, score. */
const bodies = [2, 17, 3] as const

/** What a model is fed with: uint8 [N, T, H, W, 3], int16 [N, T] of sound, or float32 [N, T, 2, 17, 3] of skeletons. */
export function clipTensor<N extends number | string>({ modality, clip }: VideoModel, batch: N) {
  const { frames, heightPx, widthPx } = clip
  if (modality === 'skeleton') return { type: 'float32' as const, shape: [batch, frames, ...bodies] }
  return modality === 'sound'
    ? { type: 'int16' as const, shape: [batch, frames] }
    : { type: 'uint8' as const, shape: [batch, frames, heightPx, widthPx, 3] }
}
