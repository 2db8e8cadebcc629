import { computed, computedPlanes, type GraphValue } from '../graph-value.ts'
import type { NodeReader } from '../node-reader.ts'
import { checkFormat, padding, pictureSizes, spatial } from './convolution-rules.ts'
import type { Rules } from './rule.ts'

/** Pooling, resizing, padding and moving between depth and space. */
export const pictureRules: Rules = {
  MaxPool: (node) => [pooled(node, 'MaxPool', {})],
  AvgPool: (node) => [pooled(node, 'AveragePool', { count_include_pad: 0 })],
  ResizeBilinear: (node) => [
    resized(node, {
      mode: 'linear',
      coordinate_transformation_mode: corners(node, 'half_pixel'),
    }),
  ],
  // TensorFlow takes the source pixel under the middle of the new one.
  ResizeNearestNeighbor: (node) => [
    resized(node, {
      mode: 'nearest',
      coordinate_transformation_mode: corners(node, 'half_pixel'),
      nearest_mode: node.truth('align_corners')
        ? 'round_prefer_ceil'
        : node.truth('half_pixel_centers')
          ? 'round_prefer_ceil'
          : 'floor',
    }),
  ],
  Pad: (node) => [padded(node, 'constant')],
  PadV2: (node) => [padded(node, 'constant')],
  MirrorPad: (node) => [padded(node, 'reflect')],
  DepthToSpace: (node) => [depthToSpace(node)],
}

function pooled(node: NodeReader, type: string, attributes: Record<string, number>): GraphValue {
  checkFormat(node)
  const [kernel, strides] = [spatial(node, 'ksize'), spatial(node, 'strides')]
  const made = node.graph.op(type, [node.planes(0)], {
    ...attributes,
    kernel_shape: kernel,
    strides,
    ...padding(node),
  })
  const { sizes } = node.inputs[0]!
  return computedPlanes(
    made,
    'float',
    pictureSizes(sizes, { kernel, strides, dilations: [1, 1] }, node, sizes?.[3] ?? null),
  )
}

/** How a place in the new picture is one in the old. */
function corners(node: NodeReader, halfPixel: string): string {
  if (node.truth('align_corners')) return 'align_corners'
  return node.truth('half_pixel_centers') ? halfPixel : 'asymmetric'
}

function resized(node: NodeReader, attributes: Record<string, string>): GraphValue {
  const { graph, inputs } = node
  const picture = node.planes(0)
  const front = graph.op('Slice', [
    graph.op('Shape', [picture]),
    graph.i64([0]),
    graph.i64([2]),
    graph.i64([0]),
  ])
  const wanted = graph.op('Concat', [front, node.rows(1)], { axis: 0 })
  const made = graph.op('Resize', [picture, '', '', wanted], attributes)
  const [height, width] = inputs[1]!.known ? node.known(1) : [null, null]
  const { sizes } = inputs[0]!
  return computedPlanes(made, 'float', [sizes?.[0] ?? null, height!, width!, sizes?.[3] ?? null])
}

function padded(node: NodeReader, mode: string): GraphValue {
  const { graph, inputs } = node
  if (mode === 'reflect' && node.text('mode') === 'SYMMETRIC')
    throw node.refuse('mode SYMMETRIC cannot be converted')
  const pads = node.known(1)
  const value = inputs[0]!
  const rank = pads.length / 2
  const grown =
    value.sizes?.map((size, axis) => (size === null ? null : size + pads[axis * 2]! + pads[axis * 2 + 1]!)) ??
    null
  const order = value.planes !== null && value.rows === null ? [0, 3, 1, 2] : null
  const axes = order ?? Array.from({ length: rank }, (_, axis) => axis)
  const ends = [...axes.map((axis) => pads[axis * 2]!), ...axes.map((axis) => pads[axis * 2 + 1]!)]
  const fill = inputs[2] ? [node.rows(2)] : []
  const made = graph.op('Pad', [order ? value.planes! : node.rows(0), graph.i64(ends), ...fill], { mode })
  return order ? computedPlanes(made, value.type, grown) : computed(made, value.type, grown)
}

/** Channels become blocks of pixels; TensorFlow's order of channels is ONNX's DCR. */
function depthToSpace(node: NodeReader): GraphValue {
  checkFormat(node)
  const size = node.whole('block_size', 1)
  const [batch = null, height, width, channels] = node.inputs[0]!.sizes ?? []
  const times = (value: number | null | undefined, by: number) => (value == null ? null : value * by)
  const made = node.graph.op('DepthToSpace', [node.planes(0)], { blocksize: size, mode: 'DCR' })
  return computedPlanes(made, node.inputs[0]!.type, [
    batch,
    times(height, size),
    times(width, size),
    times(channels, 1 / size ** 2),
  ])
}
