import type { ParameterSpec, Parameters } from '../parameters.ts'
import type { Tape, Value } from '../tape.ts'

/** What a clip model looks at. */
export interface ClipShape {
  readonly frames: number
  readonly heightPx: number
  readonly widthPx: number
}

/** A clip classifier: its weights, and how it turns a clip into logits. The same text trains and serves. */
export interface VideoModel {
  readonly name: string
  readonly clip: ClipShape
  readonly labels: readonly string[]
  readonly parameters: readonly ParameterSpec[]
  /** Residual blocks that may be left out in training (drop path), from the first to the last; none when left out. */
  readonly blocks?: readonly string[]
  /**
   * @param clips name of a uint8 tensor [N, T, H, W, 3].
   * @param batch N, or -1 when it is free.
   * @param keep name of float32 [N, blocks] with which each block of each clip is multiplied (drop path); every block
   *   is kept as it is when left out.
   * @returns logits [N, labels], and those of every place [N, labels · rows · columns] where the model has places.
   */
  forward(
    tape: Tape,
    parameters: Parameters,
    clips: string,
    batch: number,
    keep?: string,
  ): { logits: Value; cells: Value | null }
  /** ONNX opset of the serving graph, where it holds an imported one; the builder's own when left out. */
  readonly opset?: number
  /** The grid of places that the model scores by themselves, or null. */
  readonly grid: { readonly rows: number; readonly columns: number } | null
}
