import { relu } from '../ops-arithmetic.ts'
import { convolution, maximum } from '../ops-convolution.ts'
import { reshape } from '../ops-shape.ts'
import type { ParameterSpec, Parameters } from '../parameters.ts'
import type { Tape, Value } from '../tape.ts'
import { motionChannels } from './motion-channels.ts'
import type { ClipShape, VideoModel } from './video-model.ts'

export interface FrameCnnSettings {
  readonly clip: ClipShape
  readonly labels: readonly string[]
  /** Channels after each of the four convolutions on single frames. */
  readonly widths: readonly [number, number, number, number]
  /** Channels after time is mixed. */
  readonly mixed: number
}

const inputChannels = 4

/**
 * A convolutional network on each frame, whose features are mixed over time at every place of a coarse grid and
 * scored there; the score of the clip is the highest of any place. So a person anywhere in the picture raises their
 * label, and several people raise several.
 */
export function createFrameCnn(settings: FrameCnnSettings): VideoModel {
  const { clip, labels, widths, mixed } = settings
  const { frames, heightPx, widthPx } = clip
  const layers = [
    { name: 'conv1', from: inputChannels, to: widths[0], kernel: 5, stride: 2 },
    { name: 'conv2', from: widths[0], to: widths[1], kernel: 3, stride: 2 },
    { name: 'conv3', from: widths[1], to: widths[2], kernel: 3, stride: 2 },
    { name: 'conv4', from: widths[2], to: widths[3], kernel: 3, stride: 1 },
    { name: 'time', from: widths[3] * frames, to: mixed, kernel: 1, stride: 1 },
    { name: 'place', from: mixed, to: mixed, kernel: 3, stride: 1 },
    { name: 'head', from: mixed, to: labels.length, kernel: 1, stride: 1 },
  ] as const
  const grid = { rows: Math.ceil(heightPx / 8), columns: Math.ceil(widthPx / 8) }

  return {
    name: 'frame-cnn',
    clip,
    labels,
    grid,
    parameters: layers.flatMap(({ name, from, to, kernel }): ParameterSpec[] => [
      {
        name: `${name}.weight`,
        shape: [to, from, kernel, kernel],
        // Keeps the size of activations through relu (He et al. 2015, equation 10).
        deviation: name === 'head' ? 0.01 : Math.sqrt(2 / (from * kernel * kernel)),
        decay: true,
      },
      {
        name: `${name}.bias`,
        shape: [to],
        deviation: 0,
        // A label is rare at any one place.
        offset: name === 'head' ? -5 : 0,
        decay: false,
      },
    ]),
    forward(tape, parameters, clips, batch) {
      const layer = (x: Value, index: number): Value => {
        const { name, kernel, stride } = layers[index]!
        return convolve(tape, parameters, x, { name, stride, pad: (kernel - 1) / 2 })
      }
      // [N·T, 4, H, W]
      let x = motionChannels(tape, clips, { ...clip, batch })
      // [N·T, C, H/8, W/8]
      for (let index = 0; index < 4; index += 1) x = relu(tape, layer(x, index))
      const [, channels, height, width] = x.shape as [number, number, number, number]
      // [N, T·C, H/8, W/8]: from here every place sees all its moments.
      x = reshape(tape, x, [batch, frames * channels, height, width])
      x = relu(tape, layer(x, 4))
      x = relu(tape, layer(x, 5))
      const places = layer(x, 6)
      // [N, L, H/8·W/8] → [N, L]
      const logits = maximum(tape, reshape(tape, places, [batch, labels.length, height * width]))
      return { logits, cells: reshape(tape, places, [batch, labels.length * height * width]) }
    },
  }
}

function convolve(
  tape: Tape,
  parameters: Parameters,
  x: Value,
  { name, stride, pad }: { name: string; stride: number; pad: number },
): Value {
  const weights = { weight: parameters(`${name}.weight`), bias: parameters(`${name}.bias`) }
  return convolution(tape, x, weights, { stride, pad })
}
