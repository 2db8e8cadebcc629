import { add } from '../autodiff/ops-arithmetic.ts'
import { maximum } from '../autodiff/ops-convolution.ts'
import { meanAxis } from '../autodiff/ops-reduce.ts'
import { reshape, slice, transpose } from '../autodiff/ops-shape.ts'
import type { ParameterSpec } from '../autodiff/parameters.ts'
import type { Tape, Value } from '../autodiff/tape.ts'
import { keepBlocks } from './drop-path.ts'
import { type PatchShape, patchGrid, patchify } from './patches.ts'
import {
  type BlockShape,
  block,
  blockMean,
  blockSpecs,
  causalMask,
  dense,
  gridPositions,
  type Layers,
  linearSpecs,
  norm,
  normSpecs,
  sinCosPositions,
} from './transformer-layers.ts'
import type { VideoModel } from './video-model.ts'
import { gatherPlaces, shufflePatches } from './visible-places.ts'

export interface VideoTransformerSettings extends PatchShape, BlockShape {
  readonly name: string
  readonly labels: readonly string[]
  /** Blocks over the places of one tubelet. */
  readonly depthSpace: number
  /** Blocks over the tubelets of a clip. */
  readonly depthTime: number
  /**
   * How the places of a tubelet become one embedding: their mean (the default), or of each feature the largest, which
   * finds a small person in a large picture sooner.
   */
  readonly pooling?: 'mean' | 'max'
}

export interface VideoTransformer extends VideoModel {
  readonly settings: VideoTransformerSettings
  /** patches [N, S, V, C] at the places whose positions are [N or 1, 1, V, D] → features [N, S, V, D] */
  encode(layers: Layers, patches: Value, positions: Value): Value
  /** One embedding for each tubelet: features [N, S, V, D] → [N, S, D] */
  embed(layers: Layers, features: Value): Value
  /** embed(encode(·)) at less cost, for those who need the features of no place: patches [N, S, V, C] → [N, S, D] */
  summarise(layers: Layers, patches: Value, positions: Value): Value
  /** Causal: embeddings [N, K, D] of K tubelets in order → what is known after each, [N, K, D] */
  remember(layers: Layers, embeddings: Value): Value
  /** remembered [N, K, D] → logits [N, labels] */
  judge(layers: Layers, remembered: Value): Value
  /** Positions of all places, [1, 1, L, D] */
  positions(tape: Tape): Value
}

/**
 * A factorised video transformer (after model 2 of ViViT, Arnab et al. 2021): a transformer over the patches of each
 * tubelet, one embedding for each tubelet, and a causal transformer over the embeddings. The first part never sees
 * another tubelet: in a stream it runs once for each, however much the windows overlap.
 */
export function createVideoTransformer(settings: VideoTransformerSettings): VideoTransformer {
  const { name, clip, labels, width, depthSpace, depthTime } = settings
  const { moments, rows, columns, places, size } = patchGrid(settings)
  const space = Array.from({ length: depthSpace }, (_, index) => `space${index}`)
  const time = Array.from({ length: depthTime }, (_, index) => `time${index}`)
  const blocks = [...space, ...time]
  const parameters: ParameterSpec[] = [
    ...linearSpecs('patch', size, width),
    ...space.flatMap((each) => blockSpecs(each, settings)),
    ...normSpecs('embed', width),
    ...time.flatMap((each) => blockSpecs(each, settings)),
    ...normSpecs('final', width),
    ...linearSpecs('head', width, labels.length).map((spec) =>
      spec.deviation > 0 ? { ...spec, deviation: 0.01 } : spec,
    ),
  ]

  /** Patches with their positions: [N, S, V, C] → [N·S, V, D]. Tubelets do not see each other. */
  const placed = (layers: Layers, patches: Value, positions: Value) => {
    const { tape } = layers
    const [batch, count, visible] = patches.shape as [number, number, number, number]
    const x = add(tape, dense(layers, 'patch', patches), positions)
    return reshape(tape, x, [batch * count, visible, width])
  }

  const model: VideoTransformer = {
    name,
    settings,
    clip,
    labels,
    parameters,
    blocks,
    places,
    grid: null,
    positions(tape) {
      const table = tape.graph.f32(gridPositions(rows, columns, width), [1, 1, places, width])
      return tape.constant(table, [1, 1, places, width])
    },
    encode(layers, patches, positions) {
      let x = placed(layers, patches, positions)
      for (const each of space) x = block(layers, each, x, settings)
      const [batch, count, visible] = patches.shape as [number, number, number, number]
      return reshape(layers.tape, x, [batch, count, visible, width])
    },
    summarise(layers, patches, positions) {
      if (settings.pooling === 'max' || depthSpace === 0)
        return model.embed(layers, model.encode(layers, patches, positions))
      let x = placed(layers, patches, positions)
      for (const each of space.slice(0, -1)) x = block(layers, each, x, settings)
      const mean = blockMean(layers, space.at(-1)!, x, settings)
      const [batch, count] = patches.shape as [number, number]
      return norm(layers, 'embed', reshape(layers.tape, mean, [batch, count, width]))
    },
    embed(layers, features) {
      const { tape } = layers
      const pooled =
        settings.pooling === 'max'
          ? maximum(tape, transpose(tape, features, [0, 1, 3, 2]))
          : meanAxis(tape, features, 2)
      return norm(layers, 'embed', pooled)
    },
    remember(layers, embeddings) {
      const { tape } = layers
      const count = embeddings.shape[1]!
      // Counted back from the newest, so that a shorter memory sees the same distances.
      const table = sinCosPositions(moments, width).slice((moments - count) * width)
      let x = add(
        tape,
        embeddings,
        tape.constant(tape.graph.f32(table, [1, count, width]), [1, count, width]),
      )
      const mask = causalMask(tape, count)
      for (const each of time) x = block(layers, each, x, settings, mask)
      return norm(layers, 'final', x)
    },
    judge: (layers, remembered) => dense(layers, 'head', meanAxis(layers.tape, remembered, 1)),
    forward(tape, parametersOf, clips, batch, left = {}) {
      const layers: Layers = {
        tape,
        parameters: parametersOf,
        ...(left.keep !== undefined && { keepOf: keepBlocks(tape, left.keep, { blocks, batch }) }),
      }
      let patches = patchify(tape, clips, { ...settings, batch })
      let positions = model.positions(tape)
      if (left.seen) {
        const { order, visible } = left.seen
        patches = slice(tape, shufflePatches(tape, patches, order), 2, [0, visible])
        positions = gatherPlaces(tape, positions, { batch, order, from: 0, to: visible })
      }
      const remembered = model.remember(layers, model.summarise(layers, patches, positions))
      return { logits: model.judge(layers, remembered), cells: null }
    },
  }
  return model
}
