import { add } from '../autodiff/ops-arithmetic.ts'
import { maximum } from '../autodiff/ops-convolution.ts'
import { reshape, transpose } from '../autodiff/ops-shape.ts'
import type { ParameterSpec } from '../autodiff/parameters.ts'
import type { Value } from '../autodiff/tape.ts'
import { keepBlocks } from './drop-path.ts'
import { motionChannels } from './motion-channels.ts'
import { type PlaceFeatureSettings, placeFeatures, scoreSpecs } from './place-features.ts'
import {
  block,
  blockSpecs,
  dense,
  gridPositions,
  type Layers,
  linearSpecs,
  norm,
  normSpecs,
} from './transformer-layers.ts'
import type { VideoModel } from './video-model.ts'

export interface PlaceTransformerSettings extends PlaceFeatureSettings {
  readonly labels: readonly string[]
  readonly heads: number
  /** Width of the hidden layer of the MLPs. */
  readonly hidden: number
  /** Blocks over the places. */
  readonly depth: number
}

export interface PlaceTransformer extends VideoModel {
  readonly settings: PlaceTransformerSettings
  readonly grid: { readonly rows: number; readonly columns: number }
  /** Pictures of motionChannels [N·T, 4, H, W] → what is known of every place, [N, rows · columns, mixed] */
  encode(layers: Layers, pictures: Value, batch: number): Value
}

/**
 * A transformer over the places of a clip, behind convolutions (Xiao et al. 2021: early convolutions help transformers
 * see). What convolutions see at each place over the whole clip is a token; the places look at each other, and each is
 * scored. The score of the clip is the highest of any place, so several people raise several labels.
 */
export function createPlaceTransformer(settings: PlaceTransformerSettings): PlaceTransformer {
  const { clip, labels, mixed, depth } = settings
  const seen = placeFeatures(settings)
  const { rows, columns } = seen.grid
  const places = rows * columns
  const shape = { ...settings, width: mixed }
  const blocks = Array.from({ length: depth }, (_, index) => `block${index}`)
  const parameters: ParameterSpec[] = [
    ...seen.parameters,
    ...blocks.flatMap((each) => blockSpecs(each, shape)),
    ...normSpecs('scored', mixed),
    ...scoreSpecs(linearSpecs('score', mixed, labels.length)),
  ]
  const model: PlaceTransformer = {
    name: 'place-transformer',
    settings,
    clip,
    labels,
    parameters,
    blocks,
    grid: seen.grid,
    encode(layers, pictures, batch) {
      const { tape } = layers
      const features = seen.forward(tape, layers.parameters, pictures, batch)
      // [N, D, h, w] → [N, h·w, D]
      const tokens = transpose(tape, reshape(tape, features, [batch, mixed, places]), [0, 2, 1])
      const dims = [1, places, mixed]
      const where = tape.constant(tape.graph.f32(gridPositions(rows, columns, mixed), dims), dims)
      return blocks.reduce((x, each) => block(layers, each, x, shape), add(tape, tokens, where))
    },
    forward(tape, parametersOf, clips, batch, { keep } = {}) {
      const layers: Layers = {
        tape,
        parameters: parametersOf,
        ...(keep !== undefined && { keepOf: keepBlocks(tape, keep, { blocks, batch }) }),
      }
      const x = model.encode(layers, motionChannels(tape, clips, { ...clip, batch }), batch)
      // [N, h·w, L] → [N, L, h·w]
      const scores = transpose(tape, dense(layers, 'score', norm(layers, 'scored', x)), [0, 2, 1])
      return { logits: maximum(tape, scores), cells: reshape(tape, scores, [batch, labels.length * places]) }
    },
  }
  return model
}
