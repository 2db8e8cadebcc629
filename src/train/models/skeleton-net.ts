import { add, relu } from '../autodiff/ops-arithmetic.ts'
import { maximum, meanLast } from '../autodiff/ops-convolution.ts'
import { concat, transpose } from '../autodiff/ops-shape.ts'
import { shift } from '../autodiff/ops-time.ts'
import { bodyFeatures, emitBodyFeatures } from './body-features.ts'
import { dense, type Layers, linearSpecs, norm, normSpecs } from './transformer-layers.ts'
import type { VideoModel } from './video-model.ts'

export interface SkeletonNetSettings {
  /** Moments of a window. */
  readonly frames: number
  readonly labels: readonly string[]
  readonly width: number
  /** Width inside a block. */
  readonly hidden: number
  /** Moments between the three that a block looks at, one block for each. */
  readonly dilations: readonly number[]
}

/**
 * A temporal convolutional network over the keypoints of a person and of the one beside them (after Bai et al. 2018,
 * without causality: the window is past). Blocks see ever farther; their features are pooled over time twice: the highest,
 * for what happens at a moment, and the mean, for what lasts.
 */
export function createSkeletonNet(settings: SkeletonNetSettings): VideoModel {
  const { frames, labels, width, hidden, dilations } = settings
  const blocks = dilations.map((_, n) => `block${n}`)
  return {
    name: 'skeleton-net',
    modality: 'skeleton',
    clip: { frames, heightPx: 1, widthPx: 1 },
    labels,
    grid: null,
    parameters: [
      ...linearSpecs('own', bodyFeatures, width),
      ...linearSpecs('other', bodyFeatures, width),
      ...blocks.flatMap((name) => [
        ...normSpecs(`${name}.norm`, width),
        ...linearSpecs(`${name}.in`, 3 * width, hidden),
        ...linearSpecs(`${name}.out`, hidden, width),
      ]),
      ...normSpecs('norm', 2 * width),
      { name: 'head.weight', shape: [2 * width, labels.length], deviation: 0.02, decay: true },
      { name: 'head.bias', shape: [labels.length], deviation: 0, decay: false },
    ],
    forward(tape, parameters, clips, batch) {
      const layers: Layers = { tape, parameters }
      const [own, other] = emitBodyFeatures(tape.graph, clips, frames)
      const shape = [batch, frames, bodyFeatures]
      // [N, T, 119] twice → [N, T, D]
      let x = add(
        tape,
        dense(layers, 'own', tape.constant(own, shape)),
        dense(layers, 'other', tape.constant(other, shape)),
      )
      for (const [n, name] of blocks.entries()) {
        const seen = norm(layers, `${name}.norm`, x)
        const by = dilations[n]!
        const taps = concat(tape, [shift(tape, seen, 1, by), seen, shift(tape, seen, 1, -by)], 2)
        x = add(tape, x, dense(layers, `${name}.out`, relu(tape, dense(layers, `${name}.in`, taps))))
      }
      // [N, T, D] → [N, D, T] → [N, 2 D]
      const moments = transpose(tape, x, [0, 2, 1])
      const features = concat(tape, [maximum(tape, moments), meanLast(tape, moments)], 1)
      return { logits: dense(layers, 'head', norm(layers, 'norm', features)), cells: null }
    },
  }
}
