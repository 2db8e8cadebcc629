import { emitLogMel, logMelColumns } from '../../onnx/sound/log-mel.ts'
import { logMelDefaults } from '../../onnx/sound/mel-filters.ts'
import { relu } from '../autodiff/ops-arithmetic.ts'
import { convolution, maximum, meanLast } from '../autodiff/ops-convolution.ts'
import { linear } from '../autodiff/ops-matrix.ts'
import { concat, reshape } from '../autodiff/ops-shape.ts'
import type { ParameterSpec } from '../autodiff/parameters.ts'
import type { Value } from '../autodiff/tape.ts'
import type { VideoModel } from './video-model.ts'

export interface SoundCnnSettings {
  /** Samples of a window. */
  readonly samples: number
  readonly labels: readonly string[]
  /** Channels after each of the convolutions. */
  readonly widths: readonly [number, number, number, number]
}

/** Brings log-mel values to about -1 to 1: silence is -7, full scale 4. */
const centre = -2
const spread = 4

/**
 * A convolutional network on the log-mel picture of a window, whose features are pooled over time twice: the highest, for
 * what happens at a moment, and the mean, for what lasts. Frequencies are not pooled: where they lie is what tells sounds
 * apart.
 */
export function createSoundCnn({ samples, labels, widths }: SoundCnnSettings): VideoModel {
  // Three strides of two lie before the last layer.
  const pooled = 2 * widths[3] * Math.ceil(logMelDefaults.bands / 8)
  const layers = [
    { name: 'conv1', from: 1, to: widths[0], stride: 2 },
    { name: 'conv2', from: widths[0], to: widths[1], stride: 2 },
    { name: 'conv3', from: widths[1], to: widths[2], stride: 2 },
    { name: 'conv4', from: widths[2], to: widths[3], stride: 1 },
  ] as const
  const parameters = layers.flatMap(({ name, from, to }): ParameterSpec[] => [
    // Keeps the size of activations through relu (He et al. 2015, equation 10).
    { name: `${name}.weight`, shape: [to, from, 3, 3], deviation: Math.sqrt(2 / (from * 9)), decay: true },
    { name: `${name}.bias`, shape: [to], deviation: 0, decay: false },
  ])
  return {
    name: 'sound-cnn',
    modality: 'sound',
    clip: { frames: samples, heightPx: 1, widthPx: 1 },
    labels,
    grid: null,
    parameters: [
      ...parameters,
      { name: 'head.weight', shape: [pooled, labels.length], deviation: 0.01, decay: true },
      { name: 'head.bias', shape: [labels.length], deviation: 0, decay: false },
    ],
    forward(tape, weightsOf, clips, batch) {
      const { graph } = tape
      const mel = emitLogMel(graph, clips, { samples })
      const scaled = graph.op('Mul', [
        graph.op('Sub', [mel.name, graph.f32([centre])]),
        graph.f32([1 / spread]),
      ])
      // [N, bands, columns] → [N, 1, bands, columns]; no gradient goes back beyond it.
      let x: Value = tape.constant(graph.op('Unsqueeze', [scaled, graph.i64([1])]), [
        batch,
        1,
        logMelDefaults.bands,
        logMelColumns(samples),
      ])
      for (const { name, stride } of layers) {
        const weights = { weight: weightsOf(`${name}.weight`), bias: weightsOf(`${name}.bias`) }
        x = relu(tape, convolution(tape, x, weights, { stride, pad: 1 }))
      }
      const [, channels, height, width] = x.shape as [number, number, number, number]
      // [N, C, bands / 8, columns / 8] → [N, C · bands / 8], the highest and the mean
      const moments = reshape(tape, x, [batch, channels * height, width])
      const features = concat(tape, [maximum(tape, moments), meanLast(tape, moments)], 1)
      return { logits: linear(tape, features, weightsOf('head.weight'), weightsOf('head.bias')), cells: null }
    },
  }
}
