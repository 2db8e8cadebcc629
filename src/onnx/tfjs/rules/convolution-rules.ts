import { computedPlanes, type GraphValue, type Sizes } from '../graph-value.ts'
import type { NodeReader } from '../node-reader.ts'
import type { TfjsTensor } from '../tfjs-weights.ts'
import type { Rules } from './rule.ts'

/** Convolutions and what TensorFlow fuses into them. Their filters are constants, laid out anew for ONNX. */
export const convolutionRules: Rules = {
  Conv2D: (node) => [convolution(node, false)],
  _FusedConv2D: (node) => [fused(node, convolution(node, false))],
  DepthwiseConv2d: (node) => [convolution(node, true)],
  DepthwiseConv2dNative: (node) => [convolution(node, true)],
  FusedDepthwiseConv2dNative: (node) => [fused(node, convolution(node, true))],
  Conv2DBackpropInput: (node) => [transposedConvolution(node)],
}

function convolution(node: NodeReader, depthwise: boolean): GraphValue {
  const { graph, inputs } = node
  checkFormat(node)
  const filter = filterOf(node, 1)
  const [rows, columns, from, to] = filter.shape as [number, number, number, number]
  // [H, W, C, M] of a depthwise filter is [C × M, 1, H, W] in ONNX.
  const order = depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]
  const shape = depthwise ? [from * to, 1, rows, columns] : [to, from, rows, columns]
  const weights = graph.f32(permuted(filter, order), shape)
  const [strides, dilations] = [spatial(node, 'strides'), spatial(node, 'dilations')]
  const made = graph.op('Conv', [node.planes(0), weights], {
    kernel_shape: [rows, columns],
    strides,
    dilations,
    ...(depthwise && { group: from }),
    ...(node.text('padding') === 'SAME' && dilations.some((each) => each > 1)
      ? { pads: samePads(node, { kernel: [rows, columns], strides, dilations }) }
      : padding(node)),
  })
  const sizes = pictureSizes(
    inputs[0]!.sizes,
    { kernel: [rows, columns], strides, dilations },
    node,
    shape[0]!,
  )
  return computedPlanes(made, 'float', sizes)
}

/** Batch, height, width and channels that come out of a window that moves over a picture. */
export function pictureSizes(
  sizes: Sizes,
  window: { kernel: readonly number[]; strides: readonly number[]; dilations: readonly number[] },
  node: NodeReader,
  channels: number | null,
): Sizes {
  const [pads = 0] = node.text('padding') === 'VALID' ? [1] : []
  const along = (axis: number) => {
    const size = sizes?.[axis + 1]
    if (size === null || size === undefined || node.text('padding') === 'EXPLICIT') return null
    const reach = (window.kernel[axis]! - 1) * window.dilations[axis]!
    return Math.ceil((size - pads * reach) / window.strides[axis]!)
  }
  return [sizes?.[0] ?? null, along(0), along(1), channels]
}

/** Strides and dilations of height and width. */
export function spatial(node: NodeReader, name: string): number[] {
  const all = node.wholes(name)
  if (all.length === 0) return [1, 1]
  if (all.length !== 4 || all[0] !== 1 || all[3] !== 1)
    throw node.refuse(`${name} [${all.join(', ')}] reach over batch or channels`)
  return [all[1]!, all[2]!]
}

export function checkFormat(node: NodeReader): void {
  const format = node.text('data_format')
  if (format !== '' && format !== 'NHWC')
    throw node.refuse(`data_format ${format}; only NHWC can be converted`)
}

export function padding(node: NodeReader): Record<string, string | number[]> {
  const kind = node.text('padding')
  if (kind === 'VALID') return { auto_pad: 'VALID' }
  if (kind === 'SAME') return { auto_pad: 'SAME_UPPER' }
  const pads = node.wholes('explicit_paddings')
  if (kind !== 'EXPLICIT' || pads.length !== 8) throw node.refuse(`padding ${kind || '(none)'} is not known`)
  const [, , top, bottom, left, right] = pads as number[]
  return { pads: [top!, left!, bottom!, right!] }
}

/** What SAME pads around a dilated window, which ONNX Runtime does not work out: the surplus goes to the end. */
function samePads(
  node: NodeReader,
  window: { kernel: readonly number[]; strides: readonly number[]; dilations: readonly number[] },
): number[] {
  const surplus = [0, 1].map((axis) => {
    const reach = (window.kernel[axis]! - 1) * window.dilations[axis]!
    const stride = window.strides[axis]!
    const size = node.inputs[0]!.sizes?.[axis + 1] ?? null
    if (stride === 1) return reach
    if (size === null) throw node.refuse('the size of its picture is not known')
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach + 1 - size)
  })
  return [...surplus.map((all) => Math.floor(all / 2)), ...surplus.map((all) => Math.ceil(all / 2))]
}

function filterOf(node: NodeReader, index: number): TfjsTensor {
  const known = node.inputs[index]?.known
  if (known?.shape.length !== 4) throw node.refuse('its filter is no constant with four axes')
  return known
}

/** Bias and activation that were fused into a convolution or a product. */
export function fused(node: NodeReader, value: GraphValue): GraphValue {
  const { graph } = node
  const held = value.planes !== null ? 'planes' : 'rows'
  let name = (value.planes ?? value.rows)!
  for (const op of node.texts('fused_ops')) {
    if (op === 'BiasAdd') {
      const bias = node.inputs[2]?.known
      if (!bias) throw node.refuse('its bias is no constant')
      const shape = held === 'planes' ? [bias.values.length, 1, 1] : [bias.values.length]
      name = graph.op('Add', [name, graph.f32(bias.values as Float32Array, shape)])
    } else name = activate(node, op, name, held)
  }
  return { ...value, [held]: name }
}

function activate(node: NodeReader, op: string, name: string, held: 'planes' | 'rows'): string {
  const { graph } = node
  switch (op) {
    case 'Relu':
    case 'Elu':
    case 'Sigmoid':
    case 'Tanh':
      return graph.op(op, [name])
    case 'Relu6':
      return graph.op('Clip', [name, graph.f32([0]), graph.f32([6])])
    case 'LeakyRelu':
      return graph.op('LeakyRelu', [name], { alpha: { float: node.number('leakyrelu_alpha', 0.2) } })
    case 'Prelu': {
      const slope = node.inputs[3]?.known
      if (!slope || slope.shape.length > 1)
        throw node.refuse('the slopes of its Prelu are no constant for each channel')
      const shape = held === 'planes' ? [slope.values.length, 1, 1] : [slope.values.length]
      return graph.op('PRelu', [name, graph.f32(slope.values as Float32Array, shape)])
    }
    default:
      throw node.refuse(`the fused operator ${op} is not known`)
  }
}

/** The gradient of a convolution, which decoders use to enlarge: [output sizes, filter, picture]. */
function transposedConvolution(node: NodeReader): GraphValue {
  const { graph } = node
  checkFormat(node)
  const filter = filterOf(node, 1)
  const [rows, columns, to, from] = filter.shape as [number, number, number, number]
  const strides = spatial(node, 'strides')
  const input = node.inputs[2]!.sizes
  if (node.text('padding') !== 'SAME' || input?.[1] == null || input[2] == null)
    throw node.refuse('its padding is not SAME, or the size of its picture is not known')
  const [, height, width] = node.inputs[0]!.known
    ? node.known(0)
    : [null, input[1] * strides[0]!, input[2] * strides[1]!]
  // What the forward convolution would have padded, the surplus at the end.
  const pads = [
    [input[1], rows, strides[0]!, height!],
    [input[2], columns, strides[1]!, width!],
  ].map(([size, kernel, stride, wanted]) => {
    const surplus = (size! - 1) * stride! + kernel! - wanted!
    return { head: Math.floor(surplus / 2), tail: surplus - Math.floor(surplus / 2) }
  })
  const made = graph.op(
    'ConvTranspose',
    [node.planes(2), graph.f32(permuted(filter, [3, 2, 0, 1]), [from, to, rows, columns])],
    {
      kernel_shape: [rows, columns],
      strides,
      pads: [pads[0]!.head, pads[1]!.head, pads[0]!.tail, pads[1]!.tail],
    },
  )
  return computedPlanes(made, 'float', [input[0]!, height!, width!, to])
}

/** A constant with its axes in another order. */
export function permuted({ shape, values }: TfjsTensor, order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))
  const made = new Float32Array(values.length)
  const index = order.map(() => 0)
  for (let at = 0; at < made.length; at += 1) {
    let from = 0
    for (let axis = 0; axis < order.length; axis += 1) from += index[axis]! * strides[order[axis]!]!
    made[at] = values[from]!
    for (let axis = order.length - 1; axis >= 0; axis -= 1) {
      index[axis]! += 1
      if (index[axis]! < shape[order[axis]!]!) break
      index[axis] = 0
    }
  }
  return made
}
