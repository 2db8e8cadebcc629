import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import type { NodeRule } from './node-context.ts'

/**
 * Conv of x [N, C, H, W] with weight [O, C, K, K] and bias [O], as one product of the pixels under each place of the
 * kernel: wasm has no kernel for the gradient of a filter. Steps of a stride are taken by reshaping, whose gradient it
 * has too.
 */
export const convolutionRule: NodeRule = ({ tf, input, ints }) => {
  const [x, weight, bias] = [input(0) as Tensor4D, input(1) as Tensor4D, input(2)]
  const [batch, channels, height, width] = x.shape
  const [outputs, , kernel] = weight.shape
  const [pad, stride] = [ints('pads')?.[0] ?? 0, ints('strides')?.[0] ?? 1]
  const outSize = (size: number) => Math.floor((size + 2 * pad - kernel) / stride) + 1
  const [h, w] = [outSize(height), outSize(width)]
  // So much beyond the end that every offset finds whole steps.
  const after = (size: number, out: number) => Math.max(pad, kernel - 1 + out * stride - size - pad)
  const padded = tf.pad(x, [
    [0, 0],
    [0, 0],
    [pad, after(height, h)],
    [pad, after(width, w)],
  ])
  const parts = Array.from({ length: kernel * kernel }, (_, n) => {
    const offset = [0, 0, Math.floor(n / kernel), n % kernel]
    const window = tf.slice(padded, offset, [batch, channels, h * stride, w * stride])
    // [N·C·h, s, w·s] → first row of each step, then [N·C·h·w, s] → first pixel of each step
    const rows = tf.slice(window.reshape([-1, stride, w * stride]), [0, 0, 0], [-1, 1, -1])
    const pixels = tf.slice(rows.reshape([-1, stride]), [0, 0], [-1, 1])
    return pixels.reshape([batch, channels, h * w])
  })
  // [N, K·K·C, h·w] → [K·K·C, N·h·w]
  const patches = tf.transpose(tf.concat(parts, 1), [1, 0, 2]).reshape([-1, batch * h * w]) as Tensor2D
  const filter = tf.transpose(weight, [0, 2, 3, 1]).reshape([outputs, -1]) as Tensor2D
  const y = tf.matMul(filter, patches).reshape([outputs, batch, h * w])
  return tf.add(tf.transpose(y, [1, 0, 2]).reshape([batch, outputs, h, w]), bias.reshape([outputs, 1, 1]))
}
