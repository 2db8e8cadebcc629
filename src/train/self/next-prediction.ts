import { meanAbsoluteError } from '../autodiff/losses.ts'
import { add } from '../autodiff/ops-arithmetic.ts'
import { reshape, slice } from '../autodiff/ops-shape.ts'
import type { ParameterSpec } from '../autodiff/parameters.ts'
import type { Value } from '../autodiff/tape.ts'
import { patchGrid, patchify } from '../models/patches.ts'
import {
  block,
  blockSpecs,
  dense,
  gridPositions,
  type Layers,
  linearSpecs,
  norm,
  normSpecs,
} from '../models/transformer-layers.ts'
import type { VideoTransformer } from '../models/video-transformer.ts'
import { decoderShape } from './masked-prediction.ts'

export interface NextPrediction {
  readonly parameters: readonly ParameterSpec[]
  /**
   * The tubelet that follows on each of K: from its features [N, K, L, D] and what is known after it (remember)
   * [N, K, D] → patches [N, K, L, C] as patchify gives them. Nothing of what comes later is looked at.
   */
  predict(layers: Layers, features: Value, remembered: Value): Value
  /** Mean absolute error of the prediction of tubelets 2 … S of uint8 clips [N, T, H, W, 3]. */
  loss(layers: Layers, clips: string): Value
  /** What is predicted on tubelets 1 … S-1, [N, S-1, L, C], and what came. */
  foresee(layers: Layers, clips: string): { predicted: Value; came: Value }
}

/**
 * Next-frame prediction: the causal half of the model says how the next tubelet looks. Every place is painted from its
 * own features, from what the causal transformer knows of all tubelets so far, and from its neighbours. The error is L1,
 * which forgives what cannot be foreseen more than squares do; on footage without labels it is also a measure of how
 * unusual it is.
 */
export function nextPrediction(model: VideoTransformer, { batch }: { batch: number }): NextPrediction {
  const { settings } = model
  const { moments, rows, columns, places, size } = patchGrid(settings)
  const shape = decoderShape(model)

  const task: NextPrediction = {
    parameters: [
      ...normSpecs('next.encoded', settings.width),
      ...linearSpecs('next.in', settings.width, shape.width),
      ...linearSpecs('next.context', settings.width, shape.width),
      ...blockSpecs('next.space', shape),
      ...normSpecs('next.final', shape.width),
      ...linearSpecs('next.out', shape.width, size),
    ],
    predict(layers, features, remembered) {
      const { tape } = layers
      const [count, from] = [features.shape[0]!, features.shape[1]!]
      const own = dense(layers, 'next.in', norm(layers, 'next.encoded', features))
      const context = reshape(tape, dense(layers, 'next.context', remembered), [count, from, 1, shape.width])
      const dims = [1, 1, places, shape.width]
      const where = tape.constant(tape.graph.f32(gridPositions(rows, columns, shape.width), dims), dims)
      let x = add(tape, add(tape, own, context), where)
      x = block(layers, 'next.space', reshape(tape, x, [count * from, places, shape.width]), shape)
      x = dense(layers, 'next.out', norm(layers, 'next.final', x))
      return reshape(tape, x, [count, from, places, size])
    },
    foresee(layers, clips) {
      const { tape } = layers
      const patches = patchify(tape, clips, { ...settings, batch })
      const before = slice(tape, patches, 1, [0, moments - 1])
      const features = model.encode(layers, before, model.positions(tape))
      const remembered = model.remember(layers, model.embed(layers, features))
      return {
        predicted: task.predict(layers, features, remembered),
        came: slice(tape, patches, 1, [1, moments]),
      }
    },
    loss(layers, clips) {
      const { predicted, came } = task.foresee(layers, clips)
      return meanAbsoluteError(layers.tape, predicted, came.name)
    },
  }
  return task
}
