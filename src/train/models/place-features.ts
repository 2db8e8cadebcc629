import { relu } from '../autodiff/ops-arithmetic.ts'
import { convolution } from '../autodiff/ops-convolution.ts'
import { reshape } from '../autodiff/ops-shape.ts'
import type { ParameterSpec, Parameters } from '../autodiff/parameters.ts'
import type { Tape, Value } from '../autodiff/tape.ts'
import type { ClipShape } from './video-model.ts'

export interface PlaceFeatureSettings {
  readonly clip: ClipShape
  /** Channels after each of the four convolutions on single frames. */
  readonly widths: readonly [number, number, number, number]
  /** Channels after time is mixed. */
  readonly mixed: number
}

/** A layer of a convolutional network. */
export interface ConvolutionSpec {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly kernel: number
  readonly stride: number
}

/** Channels of `motionChannels`. */
const inputChannels = 4
/** Pixels from one place to the next: three convolutions halve the picture. */
export const placePx = 8

export interface PlaceFeatures {
  readonly parameters: readonly ParameterSpec[]
  readonly grid: { readonly rows: number; readonly columns: number }
  /** Pictures [N·T, 4, H, W] → what is seen at every place over the clip, [N, mixed, H/8, W/8] */
  forward(tape: Tape, parameters: Parameters, pictures: Value, batch: number): Value
}

/**
 * A convolutional network on each frame, whose features are mixed over time at every place of a coarse grid, and then
 * with those of the places next to it.
 */
export function placeFeatures({ clip, widths, mixed }: PlaceFeatureSettings): PlaceFeatures {
  const { frames, heightPx, widthPx } = clip
  const layers: readonly ConvolutionSpec[] = [
    { name: 'conv1', from: inputChannels, to: widths[0], kernel: 5, stride: 2 },
    { name: 'conv2', from: widths[0], to: widths[1], kernel: 3, stride: 2 },
    { name: 'conv3', from: widths[1], to: widths[2], kernel: 3, stride: 2 },
    { name: 'conv4', from: widths[2], to: widths[3], kernel: 3, stride: 1 },
    { name: 'time', from: widths[3] * frames, to: mixed, kernel: 1, stride: 1 },
    { name: 'place', from: mixed, to: mixed, kernel: 3, stride: 1 },
  ]
  return {
    parameters: layers.flatMap((layer) => convolutionSpecs(layer)),
    grid: { rows: Math.ceil(heightPx / placePx), columns: Math.ceil(widthPx / placePx) },
    forward(tape, parameters, pictures, batch) {
      const through = (x: Value, from: number, to: number) =>
        layers.slice(from, to).reduce((y, layer) => relu(tape, convolve(tape, parameters, y, layer)), x)
      // [N·T, C, H/8, W/8]
      const x = through(pictures, 0, 4)
      const [, channels, height, width] = x.shape as [number, number, number, number]
      // [N, T·C, H/8, W/8]: from here every place sees all its moments.
      return through(reshape(tape, x, [batch, frames * channels, height, width]), 4, 6)
    },
  }
}

/** Weights that keep the size of activations through relu (He et al. 2015, equation 10), and a bias of 0. */
export function convolutionSpecs({ name, from, to, kernel }: ConvolutionSpec): ParameterSpec[] {
  return [
    {
      name: `${name}.weight`,
      shape: [to, from, kernel, kernel],
      deviation: Math.sqrt(2 / (from * kernel * kernel)),
      decay: true,
    },
    { name: `${name}.bias`, shape: [to], deviation: 0, decay: false },
  ]
}

/** A label is rare at any one place. */
const rare = -5

/** What scores places starts with hardly any opinion: small weights, and a bias that says no. */
export function scoreSpecs(specs: readonly ParameterSpec[]): ParameterSpec[] {
  return specs.map((spec) => (spec.decay ? { ...spec, deviation: 0.01 } : { ...spec, offset: rare }))
}

/** x [N, C, H, W] through a layer whose kernel reaches equally far to all sides. */
export function convolve(
  tape: Tape,
  parameters: Parameters,
  x: Value,
  { name, kernel, stride }: ConvolutionSpec,
): Value {
  const weights = { weight: parameters(`${name}.weight`), bias: parameters(`${name}.bias`) }
  return convolution(tape, x, weights, { stride, pad: (kernel - 1) / 2 })
}
