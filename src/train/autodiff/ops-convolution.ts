import type { Tape, Value } from './tape.ts'

export interface ConvolutionSettings {
  readonly stride: number
  readonly pad: number
}

/**
 * Two-dimensional convolution with bias. x [N, C, H, W], weight [O, C, K, K], bias [O] → [N, O, H', W'].
 * The gradient of x is a transposed convolution; that of the weights a product of the patches and the gradient.
 */
export function convolution(
  tape: Tape,
  x: Value,
  parameters: { weight: Value; bias: Value },
  { stride, pad }: ConvolutionSettings,
): Value {
  const { graph } = tape
  const { weight, bias } = parameters
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  const [outputs, , kernel] = weight.shape as [number, number, number, number]
  const outSize = (size: number) => Math.floor((size + 2 * pad - kernel) / stride) + 1
  const [h, w] = [outSize(height), outSize(width)]
  const attributes = { strides: [stride, stride], pads: [pad, pad, pad, pad], kernel_shape: [kernel, kernel] }
  const y = graph.op('Conv', [x.name, weight.name, bias.name], attributes)

  /** [N, K·K·C, h·w]: for each offset in the kernel the pixels that it meets. */
  const patches = (): string => {
    // Every stride-th pixel is slow to gather: they are brought together once, [N, stride·stride·C, H/stride, W/stride].
    const upTo = (size: number) => Math.ceil((size + 2 * pad) / stride) * stride - size - pad
    const ends = [upTo(height), upTo(width)]
    const padded = [pad, ...ends].every((each) => each === 0)
      ? x.name
      : graph.op('Pad', [x.name, graph.i64([0, 0, pad, pad, 0, 0, ...ends])])
    const phases = stride === 1 ? padded : graph.op('SpaceToDepth', [padded], { blocksize: stride })
    const offsets = Array.from({ length: kernel * kernel }, (_, n) => [Math.floor(n / kernel), n % kernel])
    const parts = offsets.map(([row, column]) => {
      const phase = (row! % stride) * stride + (column! % stride)
      const [top, left] = [Math.floor(row! / stride), Math.floor(column! / stride)]
      const from = graph.i64([phase * channels, top, left])
      const to = graph.i64([(phase + 1) * channels, top + h, left + w])
      return graph.op('Slice', [phases, from, to, graph.i64([1, 2, 3])])
    })
    return graph.op('Reshape', [
      graph.op('Concat', parts, { axis: 1 }),
      graph.i64([batch, kernel * kernel * channels, h * w]),
    ])
  }

  return tape.record(y, [batch, outputs, h, w], [x, weight, bias], (g) => [
    [
      x,
      () => {
        const missing = (size: number, out: number) => size - ((out - 1) * stride + kernel - 2 * pad)
        return graph.op('ConvTranspose', [g, weight.name], {
          ...attributes,
          output_padding: [missing(height, h), missing(width, w)],
        })
      },
    ],
    [
      weight,
      () => {
        const flat = graph.op('Reshape', [g, graph.i64([batch, outputs, h * w])])
        const turned = graph.op('Transpose', [flat], { perm: [0, 2, 1] })
        // [N, K·K·C, h·w] × [N, h·w, O], summed over N → [K·K·C, O]
        const products = graph.op('MatMul', [patches(), turned])
        const total = graph.op('ReduceSum', [products, graph.i64([0])], { keepdims: 0 })
        const shaped = graph.op('Reshape', [total, graph.i64([kernel, kernel, channels, outputs])])
        return graph.op('Transpose', [shaped], { perm: [3, 2, 0, 1] })
      },
    ],
    [bias, () => graph.op('ReduceSum', [g, graph.i64([0, 2, 3])], { keepdims: 0 })],
  ])
}

/** Log of the sum of exponentials over the last axis: a smooth maximum. [..., K] → [...] */
export function logSumExp(tape: Tape, x: Value): Value {
  const { graph } = tape
  const y = graph.op('ReduceLogSumExp', [x.name, graph.i64([-1])], { keepdims: 0 })
  return tape.record(y, x.shape.slice(0, -1), [x], (g) => [
    [
      x,
      () => {
        const share = graph.op('Softmax', [x.name], { axis: -1 })
        return graph.op('Mul', [share, graph.op('Unsqueeze', [g, graph.i64([-1])])])
      },
    ],
  ])
}

/** Highest of the last axis; the gradient goes to it, or in equal parts to several that tie. [..., K] → [...] */
export function maximum(tape: Tape, x: Value): Value {
  const { graph } = tape
  const last = graph.i64([-1])
  const y = graph.op('ReduceMax', [x.name, last], { keepdims: 1 })
  const flat = graph.op('Squeeze', [y, last])
  return tape.record(flat, x.shape.slice(0, -1), [x], (g) => [
    [
      x,
      () => {
        const isHighest = graph.op('Cast', [graph.op('Equal', [x.name, y])], { to: 1 })
        const count = graph.op('ReduceSum', [isHighest, last], { keepdims: 1 })
        return graph.op('Mul', [graph.op('Div', [isHighest, count]), graph.op('Unsqueeze', [g, last])])
      },
    ],
  ])
}

/** Mean over the last axis. [..., K] → [...] */
export function meanLast(tape: Tape, x: Value): Value {
  const { graph } = tape
  const count = x.shape.at(-1)!
  const y = graph.op('ReduceMean', [x.name, graph.i64([-1])], { keepdims: 0 })
  return tape.record(y, x.shape.slice(0, -1), [x], (g) => [
    [
      x,
      () => {
        const share = graph.op('Mul', [graph.op('Unsqueeze', [g, graph.i64([-1])]), graph.f32([1 / count])])
        return graph.op('Expand', [share, graph.i64(x.shape)])
      },
    ],
  ])
}
