import type { TorchTensor } from '../../src/onnx/torch/read-checkpoint.ts'

/** Numbers with their shape, [1, C, T, H, W] of clips. */
export interface Volume {
  readonly dims: readonly number[]
  readonly data: Float32Array
}

/**
 * One number of a convolution in three dimensions, with padding of half the kernel, followed by normalisation with
 * fixed mean and variance: the definition, in loops, in double precision.
 */
export function convolvedAt(
  { dims, data }: Volume,
  layer: {
    readonly weight: TorchTensor
    readonly norm: Readonly<Record<'weight' | 'bias' | 'running_mean' | 'running_var', TorchTensor>>
    readonly strides: readonly [number, number, number]
  },
  [c, t, y, x]: readonly [number, number, number, number],
): number {
  const [, inputs, frames, rows, columns] = dims as [number, number, number, number, number]
  const [, , kt, ky, kx] = layer.weight.shape as [number, number, number, number, number]
  const [st, sy, sx] = layer.strides
  let sum = 0
  for (let i = 0; i < inputs; i += 1)
    for (let a = 0; a < kt; a += 1)
      for (let b = 0; b < ky; b += 1)
        for (let d = 0; d < kx; d += 1) {
          const [ft, fy, fx] = [t * st + a - (kt >> 1), y * sy + b - (ky >> 1), x * sx + d - (kx >> 1)]
          if (ft < 0 || fy < 0 || fx < 0 || ft >= frames || fy >= rows || fx >= columns) continue
          const weight = layer.weight.values[(((c * inputs + i) * kt + a) * ky + b) * kx + d]!
          sum += weight * data[((i * frames + ft) * rows + fy) * columns + fx]!
        }
  const of = (name: keyof typeof layer.norm) => layer.norm[name].values[c]!
  return ((sum - of('running_mean')) / Math.sqrt(of('running_var') + 1e-5)) * of('weight') + of('bias')
}

/** The mean of each channel over frames and places. */
export function pooled({ dims, data }: Volume): number[] {
  const channels = dims[1]!
  const each = data.length / channels
  return Array.from({ length: channels }, (_, c) => {
    let sum = 0
    for (let at = 0; at < each; at += 1) sum += data[c * each + at]!
    return sum / each
  })
}
