import * as tf from '@tensorflow/tfjs'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { beforeAll, describe, expect, it } from 'vitest'
import { convertTfjs } from '../../../../src/onnx/tfjs/convert-tfjs.ts'
import { ruleTable } from '../../../../src/onnx/tfjs/rules/rule-table.ts'
import { readWeights } from '../../../../src/onnx/tfjs/tfjs-weights.ts'
import { b, f, i, ints, type SmallGraph, s, smallModel, texts, type, type Weight } from './small-model.ts'

/** Numbers between -2 and 2, the same in each run. */
function numbers(count: number, seed = 1): number[] {
  let state = seed
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return (state / 2147483648) * 4 - 2
  })
}
const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)
const weight = (name: string, shape: readonly number[], seed = 3): Weight => ({
  name,
  shape,
  values: numbers(count(shape), seed),
})
const whole = (
  name: string,
  values: readonly number[],
  shape: readonly number[] = [values.length],
): Weight => ({
  name,
  type: 'int32',
  shape,
  values,
})
const float = type('DT_FLOAT')
const picture = [1, 6, 7, 3]
const conv = (padding: string, stride = 1, dilation = 1) => ({
  T: float,
  padding: s(padding),
  strides: ints(1, stride, stride, 1),
  dilations: ints(1, dilation, dilation, 1),
  data_format: s('NHWC'),
})
const pool = (padding: string) => ({ ...conv(padding, 2), ksize: ints(1, 3, 3, 1) })
const masks = (begin = 0, end = 0, ellipsis = 0, fresh = 0, shrink = 0) => ({
  T: float,
  begin_mask: i(begin),
  end_mask: i(end),
  ellipsis_mask: i(ellipsis),
  new_axis_mask: i(fresh),
  shrink_axis_mask: i(shrink),
})
const unary = (op: string, attr = {}): [string, SmallGraph] => [
  op,
  { inputShape: [2, 3], nodes: [{ op, input: ['x'], attr: { T: float, ...attr } }] },
]
/** Of numbers that are not negative. */
const positive = (op: string): [string, SmallGraph] => [
  op,
  {
    inputShape: [2, 3],
    nodes: [
      { name: 'a', op: 'Square', input: ['x'], attr: { T: float } },
      { op, input: ['a'], attr: { T: float } },
    ],
  },
]
const binary = (op: string): [string, SmallGraph] => [
  op,
  { inputShape: [2, 3], weights: [weight('w', [3])], nodes: [{ op, input: ['x', 'w'], attr: { T: float } }] },
]
/** Truth values as numbers, so that TensorFlow.js and ONNX Runtime give the same type. */
const asked = (op: string): [string, SmallGraph] => [
  op,
  {
    inputShape: [2, 3],
    weights: [weight('w', [3])],
    nodes: [
      { name: 'a', op, input: ['x', 'w'], attr: { T: float } },
      { op: 'Cast', input: ['a'], attr: { SrcT: type('DT_BOOL'), DstT: float } },
    ],
  },
]
const reduce = (op: string, axes: number[], keep: boolean): [string, SmallGraph] => [
  `${op} over ${axes}${keep ? ', kept' : ''}`,
  {
    inputShape: picture,
    weights: [whole('axes', axes)],
    nodes: [{ op, input: ['x', 'axes'], attr: { T: float, keep_dims: b(keep) } }],
  },
]
const toFloat = (input: string) => ({
  op: 'Cast',
  input: [input],
  attr: { SrcT: type('DT_INT32'), DstT: float },
})

const graphs: [string, SmallGraph][] = [
  ...[
    'Abs',
    'Neg',
    'Exp',
    'Floor',
    'Ceil',
    'Sin',
    'Cos',
    'Sign',
    'Erf',
    'Relu',
    'Relu6',
    'Sigmoid',
    'Tanh',
  ].map((op) => unary(op)),
  ...['Softplus', 'Elu', 'Selu', 'Square', 'Softmax', 'LogSoftmax', 'Identity', 'StopGradient'].map((op) =>
    unary(op),
  ),
  ...['Log', 'Sqrt', 'Rsqrt', 'Reciprocal'].map(positive),
  unary('LeakyRelu', { alpha: f(0.3) }),
  ...[
    'Add',
    'AddV2',
    'Sub',
    'Mul',
    'RealDiv',
    'Div',
    'Maximum',
    'Minimum',
    'SquaredDifference',
    'FloorDiv',
  ].map(binary),
  ...['FloorMod', 'Mod'].map(binary),
  ...['Equal', 'NotEqual', 'Less', 'LessEqual', 'Greater', 'GreaterEqual'].map(asked),
  [
    'Round away from halves',
    { inputShape: [2, 3], nodes: [{ op: 'Round', input: ['x'], attr: { T: float } }] },
  ],
  [
    'Pow',
    {
      inputShape: [2, 3],
      weights: [{ name: 'w', shape: [], values: [2] }],
      nodes: [{ op: 'Pow', input: ['x', 'w'], attr: { T: float } }],
    },
  ],
  [
    'AddN',
    { inputShape: [2, 3], weights: [weight('w', [2, 3])], nodes: [{ op: 'AddN', input: ['x', 'w', 'x'] }] },
  ],
  [
    'ClipByValue',
    {
      inputShape: [2, 3],
      weights: [
        { name: 'low', shape: [], values: [-0.5] },
        { name: 'high', shape: [], values: [0.5] },
      ],
      nodes: [{ op: 'ClipByValue', input: ['x', 'low', 'high'], attr: { T: float } }],
    },
  ],
  [
    'LogicalAnd, LogicalOr and LogicalNot',
    {
      inputShape: [2, 3],
      weights: [weight('w', [3])],
      nodes: [
        { name: 'p', op: 'Less', input: ['x', 'w'], attr: { T: float } },
        { name: 'q', op: 'Greater', input: ['x', 'w'], attr: { T: float } },
        { name: 'or', op: 'LogicalOr', input: ['p', 'q'] },
        { name: 'not', op: 'LogicalNot', input: ['p'] },
        { name: 'and', op: 'LogicalAnd', input: ['or', 'not'] },
        { op: 'Cast', input: ['and'], attr: { SrcT: type('DT_BOOL'), DstT: float } },
      ],
    },
  ],
  [
    'whole numbers: FloorDiv and FloorMod round down below zero',
    {
      inputShape: [2, 3],
      weights: [whole('three', [3], [])],
      nodes: [
        { name: 'n', op: 'Cast', input: ['x4'], attr: { SrcT: float, DstT: type('DT_INT32') } },
        { name: 'd', op: 'FloorDiv', input: ['n', 'three'], attr: { T: type('DT_INT32') } },
        { name: 'm', op: 'FloorMod', input: ['n', 'three'], attr: { T: type('DT_INT32') } },
        { name: 'ten', op: 'Mul', input: ['d', 'm'], attr: { T: type('DT_INT32') } },
        { name: 'sum', op: 'AddV2', input: ['ten', 'd'], attr: { T: type('DT_INT32') } },
        { name: 'x4', op: 'Mul', input: ['x', 'four'], attr: { T: float } },
        { name: 'four', op: 'Identity', input: ['fourConst'] },
        toFloat('sum'),
      ],
    },
  ],
  [
    'BiasAdd',
    { inputShape: picture, weights: [weight('w', [3])], nodes: [{ op: 'BiasAdd', input: ['x', 'w'] }] },
  ],
  [
    'Prelu',
    {
      inputShape: [1, 3, 3, 3],
      weights: [weight('w', [3])],
      nodes: [{ op: 'Prelu', input: ['x', 'w'], attr: { T: float } }],
    },
  ],
  ...['SAME', 'VALID'].flatMap((padding): [string, SmallGraph][] => [
    [
      `Conv2D ${padding}, stride 2`,
      {
        inputShape: picture,
        weights: [weight('w', [3, 3, 3, 4])],
        nodes: [{ op: 'Conv2D', input: ['x', 'w'], attr: conv(padding, 2) }],
      },
    ],
    [
      `Conv2D ${padding}, dilated`,
      {
        inputShape: picture,
        weights: [weight('w', [2, 2, 3, 4])],
        nodes: [{ op: 'Conv2D', input: ['x', 'w'], attr: conv(padding, 1, 2) }],
      },
    ],
    ...['DepthwiseConv2d', 'DepthwiseConv2dNative'].map((op): [string, SmallGraph] => [
      `${op} ${padding}`,
      {
        inputShape: picture,
        weights: [weight('w', [3, 3, 3, 2])],
        nodes: [{ op, input: ['x', 'w'], attr: conv(padding, 2) }],
      },
    ]),
    [
      `Conv2D ${padding}, stride 2, dilated`,
      {
        inputShape: picture,
        weights: [weight('w', [2, 2, 3, 4])],
        nodes: [{ op: 'Conv2D', input: ['x', 'w'], attr: conv(padding, 1, 3) }],
      },
    ],
    ...['MaxPool', 'AvgPool'].map((op): [string, SmallGraph] => [
      `${op} ${padding}`,
      { inputShape: picture, nodes: [{ op, input: ['x'], attr: pool(padding) }] },
    ]),
  ]),
  [
    'Conv2D with explicit padding',
    {
      inputShape: picture,
      weights: [weight('w', [3, 3, 3, 4])],
      nodes: [
        {
          op: 'Conv2D',
          input: ['x', 'w'],
          attr: { ...conv('EXPLICIT'), explicit_paddings: ints(0, 0, 1, 0, 2, 1, 0, 0) },
        },
      ],
    },
  ],
  ...[
    ['BiasAdd'],
    ['BiasAdd', 'Relu'],
    ['BiasAdd', 'Relu6'],
    ['BiasAdd', 'Elu'],
    ['BiasAdd', 'LeakyRelu'],
  ].map((ops): [string, SmallGraph] => [
    `_FusedConv2D ${ops}, then numbers of each channel`,
    {
      inputShape: picture,
      weights: [weight('w', [3, 3, 3, 4]), weight('bias', [4]), weight('v', [4], 9)],
      nodes: [
        {
          name: 'c',
          op: '_FusedConv2D',
          input: ['x', 'w', 'bias'],
          attr: { ...conv('SAME'), fused_ops: texts(...ops), num_args: i(1), leakyrelu_alpha: f(0.2) },
        },
        { op: 'Mul', input: ['c', 'v'], attr: { T: float } },
      ],
    },
  ]),
  [
    '_FusedConv2D with Prelu',
    {
      inputShape: picture,
      weights: [weight('w', [1, 1, 3, 4]), weight('bias', [4]), weight('slope', [4])],
      nodes: [
        {
          op: '_FusedConv2D',
          input: ['x', 'w', 'bias', 'slope'],
          attr: { ...conv('SAME'), fused_ops: texts('BiasAdd', 'Prelu'), num_args: i(2) },
        },
      ],
    },
  ],
  [
    'FusedDepthwiseConv2dNative',
    {
      inputShape: picture,
      weights: [weight('w', [3, 3, 3, 1]), weight('bias', [3])],
      nodes: [
        {
          op: 'FusedDepthwiseConv2dNative',
          input: ['x', 'w', 'bias'],
          attr: { ...conv('SAME', 2), fused_ops: texts('BiasAdd', 'Relu6'), num_args: i(1) },
        },
      ],
    },
  ],
  [
    'Conv2DBackpropInput',
    {
      inputShape: picture,
      weights: [whole('sizes', [1, 12, 14, 2]), weight('w', [3, 3, 2, 3])],
      nodes: [{ op: 'Conv2DBackpropInput', input: ['sizes', 'w', 'x'], attr: conv('SAME', 2) }],
    },
  ],
  [
    '_FusedMatMul',
    {
      inputShape: [2, 3],
      weights: [weight('w', [3, 4]), weight('bias', [4])],
      nodes: [
        {
          op: '_FusedMatMul',
          input: ['x', 'w', 'bias'],
          attr: { T: float, fused_ops: texts('BiasAdd', 'Relu'), num_args: i(1) },
        },
      ],
    },
  ],
  ...[
    ['half pixels', false, true],
    ['corners', true, false],
    ['neither', false, false],
  ].flatMap(([name, align, half]) =>
    ['ResizeBilinear', 'ResizeNearestNeighbor'].map((op): [string, SmallGraph] => [
      `${op}, ${name}`,
      {
        inputShape: picture,
        weights: [whole('size', [13, 4])],
        nodes: [
          {
            op,
            input: ['x', 'size'],
            attr: { T: float, align_corners: b(align as boolean), half_pixel_centers: b(half as boolean) },
          },
        ],
      },
    ]),
  ),
  [
    'Pad of a convolution',
    {
      inputShape: picture,
      weights: [weight('w', [1, 1, 3, 4]), whole('pads', [0, 0, 1, 2, 0, 3, 1, 0], [4, 2])],
      nodes: [
        { name: 'c', op: 'Conv2D', input: ['x', 'w'], attr: conv('SAME') },
        { op: 'Pad', input: ['c', 'pads'], attr: { T: float } },
      ],
    },
  ],
  [
    'PadV2',
    {
      inputShape: [2, 3],
      weights: [whole('pads', [1, 0, 0, 2], [2, 2]), { name: 'fill', shape: [], values: [-7] }],
      nodes: [{ op: 'PadV2', input: ['x', 'pads', 'fill'], attr: { T: float } }],
    },
  ],
  [
    'MirrorPad',
    {
      inputShape: picture,
      weights: [whole('pads', [0, 0, 1, 2, 2, 1, 0, 0], [4, 2])],
      nodes: [{ op: 'MirrorPad', input: ['x', 'pads'], attr: { T: float, mode: s('reflect') } }],
    },
  ],
  [
    'DepthToSpace',
    {
      inputShape: [1, 2, 3, 8],
      nodes: [{ op: 'DepthToSpace', input: ['x'], attr: { block_size: i(2), data_format: s('NHWC') } }],
    },
  ],
  ...['Sum', 'Mean', 'Max', 'Min', 'Prod'].flatMap((op) => [
    reduce(op, [1, 2], true),
    reduce(op, [-1, 0], false),
  ]),
  ...['ArgMax', 'ArgMin'].map((op): [string, SmallGraph] => [
    op,
    {
      inputShape: [2, 3, 4],
      weights: [whole('axis', [1], [])],
      nodes: [{ name: 'a', op, input: ['x', 'axis'], attr: { T: float } }, toFloat('a')],
    },
  ]),
  [
    'TopKV2',
    {
      inputShape: [2, 5],
      weights: [whole('k', [3], [])],
      nodes: [
        { name: 't', op: 'TopKV2', input: ['x', 'k'], attr: { T: float, sorted: b(true) } },
        { name: 'places', ...toFloat('t:1') },
        { op: 'AddV2', input: ['t', 'places'], attr: { T: float } },
      ],
    },
  ],
  [
    'Cumsum',
    {
      inputShape: [2, 5],
      weights: [whole('axis', [1], [])],
      nodes: [{ op: 'Cumsum', input: ['x', 'axis'], attr: { exclusive: b(true), reverse: b(true) } }],
    },
  ],
  [
    'Shape, Pack, StridedSlice and Reshape by computed sizes',
    {
      inputShape: picture,
      weights: [whole('first', [0]), whole('second', [1]), whole('step', [1]), whole('rest', [-1], [])],
      nodes: [
        { name: 'shape', op: 'Shape', input: ['x'], attr: { T: float } },
        {
          name: 'n',
          op: 'StridedSlice',
          input: ['shape', 'first', 'second', 'step'],
          attr: masks(0, 0, 0, 0, 1),
        },
        { name: 'sizes', op: 'Pack', input: ['n', 'rest'], attr: { N: i(2), axis: i(0) } },
        { name: 'flat', op: 'Reshape', input: ['x', 'sizes'], attr: { T: float } },
        { op: 'ExpandDims', input: ['flat', 'rest'], attr: { T: float } },
      ],
    },
  ],
  [
    'Size, Range, Fill and Tile',
    {
      inputShape: [2, 3],
      weights: [whole('zero', [0], []), whole('one', [1], []), whole('twice', [2]), weight('v', [], 5)],
      nodes: [
        { name: 'size', op: 'Size', input: ['x'], attr: { T: float } },
        { name: 'range', op: 'Range', input: ['zero', 'size', 'one'], attr: { Tidx: type('DT_INT32') } },
        { name: 'tiled', op: 'Tile', input: ['range', 'twice'], attr: { T: type('DT_INT32') } },
        { name: 'length', op: 'Shape', input: ['tiled'] },
        { name: 'full', op: 'Fill', input: ['length', 'v'], attr: { T: float } },
        { name: 'numbers', ...toFloat('tiled') },
        { op: 'Mul', input: ['full', 'numbers'], attr: { T: float } },
      ],
    },
  ],
  [
    'Squeeze and Transpose',
    {
      inputShape: [1, 2, 1, 3],
      weights: [whole('perm', [1, 0])],
      nodes: [
        { name: 'a', op: 'Squeeze', input: ['x'], attr: { T: float, squeeze_dims: ints(0, 2) } },
        { op: 'Transpose', input: ['a', 'perm'], attr: { T: float } },
      ],
    },
  ],
  [
    'Unpack, Pack and Split',
    {
      inputShape: [2, 4],
      weights: [whole('axis', [1], [])],
      nodes: [
        { name: 'u', op: 'Unpack', input: ['x'], attr: { T: float, axis: i(0), num: i(2) } },
        { name: 'p', op: 'Pack', input: ['u:1', 'u'], attr: { T: float, axis: i(1), N: i(2) } },
        { name: 'half', op: 'Split', input: ['axis', 'p'], attr: { T: float, num_split: i(2) } },
        { op: 'Sub', input: ['half', 'half:1'], attr: { T: float } },
      ],
    },
  ],
  [
    'SplitV and ConcatV2',
    {
      inputShape: [2, 5],
      weights: [whole('lengths', [2, 3]), whole('axis', [-1], [])],
      nodes: [
        { name: 'v', op: 'SplitV', input: ['x', 'lengths', 'axis'], attr: { T: float, num_split: i(2) } },
        { op: 'ConcatV2', input: ['v:1', 'v', 'axis'], attr: { T: float, N: i(2) } },
      ],
    },
  ],
  [
    'ConcatV2 of convolutions',
    {
      inputShape: picture,
      weights: [weight('w', [1, 1, 3, 4]), whole('axis', [3], [])],
      nodes: [
        { name: 'c', op: 'Conv2D', input: ['x', 'w'], attr: conv('SAME') },
        { name: 'd', op: 'Relu', input: ['c'], attr: { T: float } },
        { op: 'ConcatV2', input: ['c', 'd', 'axis'], attr: { T: float, N: i(2) } },
      ],
    },
  ],
  [
    'StridedSlice with an ellipsis, a new axis and steps',
    {
      inputShape: [4, 3, 6],
      weights: [whole('from', [0, 0, -5]), whole('to', [0, 0, 6]), whole('steps', [1, 1, 2])],
      nodes: [{ op: 'StridedSlice', input: ['x', 'from', 'to', 'steps'], attr: masks(0, 0, 1, 2, 0) }],
    },
  ],
  [
    'StridedSlice backwards',
    {
      inputShape: [5, 2],
      weights: [whole('from', [0]), whole('to', [0]), whole('steps', [-2])],
      nodes: [{ op: 'StridedSlice', input: ['x', 'from', 'to', 'steps'], attr: masks(1, 1) }],
    },
  ],
  [
    'Slice',
    {
      inputShape: [4, 5],
      weights: [whole('from', [1, 2]), whole('sizes', [2, -1])],
      nodes: [{ op: 'Slice', input: ['x', 'from', 'sizes'], attr: { T: float } }],
    },
  ],
  [
    'GatherV2',
    {
      inputShape: [3, 4],
      weights: [whole('places', [2, 0]), whole('axis', [1], [])],
      nodes: [{ op: 'GatherV2', input: ['x', 'places', 'axis'], attr: { Tparams: float } }],
    },
  ],
  [
    'GatherNd',
    {
      inputShape: [3, 4, 2],
      weights: [whole('places', [0, 3, 2, 1], [2, 2])],
      nodes: [{ op: 'GatherNd', input: ['x', 'places'], attr: { Tparams: float } }],
    },
  ],
  [
    'Select and SelectV2',
    {
      inputShape: [2, 3],
      weights: [
        weight('w', [2, 3]),
        { name: 'rows', type: 'bool', shape: [2, 3], values: [1, 0, 0, 1, 1, 0] },
      ],
      nodes: [
        { name: 'a', op: 'Select', input: ['rows', 'x', 'w'], attr: { T: float } },
        { name: 'less', op: 'Less', input: ['x', 'w'], attr: { T: float } },
        { op: 'SelectV2', input: ['less', 'a', 'w'], attr: { T: float } },
      ],
    },
  ],
  [
    'MatMul, turned',
    {
      inputShape: [3, 2],
      weights: [weight('w', [4, 3])],
      nodes: [
        {
          op: 'MatMul',
          input: ['x', 'w'],
          attr: { T: float, transpose_a: b(true), transpose_b: b(true) },
        },
      ],
    },
  ],
  ...['BatchMatMul', 'BatchMatMulV2'].map((op): [string, SmallGraph] => [
    op,
    {
      inputShape: [2, 3, 2],
      weights: [weight('w', [2, 4, 2])],
      nodes: [{ op, input: ['x', 'w'], attr: { T: float, adj_y: b(true) } }],
    },
  ]),
  [
    'BroadcastTo and Rank',
    {
      inputShape: [1, 3],
      weights: [whole('sizes', [2, 3])],
      nodes: [
        { name: 'wide', op: 'BroadcastTo', input: ['x', 'sizes'], attr: { T: float } },
        { name: 'rank', op: 'Rank', input: ['wide'], attr: { T: float } },
        { name: 'number', ...toFloat('rank') },
        { op: 'Mul', input: ['wide', 'number'], attr: { T: float } },
      ],
    },
  ],
  [
    'OneHot',
    {
      inputShape: [2, 3],
      weights: [
        whole('axis', [1], []),
        whole('depth', [4], []),
        { name: 'on', shape: [], values: [3] },
        { name: 'off', shape: [], values: [-1] },
      ],
      nodes: [
        { name: 'a', op: 'ArgMax', input: ['x', 'axis'], attr: { T: float } },
        { op: 'OneHot', input: ['a', 'depth', 'on', 'off'], attr: { T: float, axis: i(-1) } },
      ],
    },
  ],
]

/** Rules that models in the wild hold: what TensorFlow.js makes of few numbers says little about them. */
const heldByModels = ['SparseToDense']

describe('rules of conversion against TensorFlow.js', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu')
  })

  it('tries every rule', () => {
    const tried = new Set(graphs.flatMap(([, { nodes }]) => nodes.map(({ op }) => op)))
    const left = Object.keys(ruleTable).filter((op) => !tried.has(op) && !heldByModels.includes(op))
    expect(left).toEqual([])
  })

  it.each(graphs)('%s', async (_name, given) => {
    const needsFour = given.nodes.some(({ input }) => input.includes('fourConst'))
    const graph = needsFour
      ? { ...given, weights: [...(given.weights ?? []), { name: 'fourConst', shape: [], values: [4] }] }
      : given
    const { model, data } = smallModel(graph)
    const values = Float32Array.from(numbers(count(graph.inputShape), 11))
    const wanted = await byTensorFlow(model, data, values, graph.inputShape)
    const made = convertTfjs({ model, weights: readWeights(model, [data]) })
    const session = await InferenceSession.create(made.model, { logSeverityLevel: 4 })
    const results = await session.run({ [made.input]: new Tensor('float32', values, graph.inputShape) })
    const got = results[made.outputs[0]!]!
    await session.release()
    expect(got.dims).toEqual(wanted.shape)
    const worst = [...wanted.data].reduce(
      (most, value, at) => Math.max(most, Math.abs(value - Number(got.data[at]))),
      0,
    )
    expect(worst).toBeLessThanOrEqual(1e-5)
  })
})

async function byTensorFlow(
  model: ReturnType<typeof smallModel>['model'],
  data: Uint8Array<ArrayBuffer>,
  values: Float32Array,
  shape: readonly number[],
) {
  const loaded = await tf.loadGraphModel({
    load: async () => ({
      format: model.format,
      modelTopology: model.modelTopology as object,
      signature: model.signature as object,
      weightSpecs: model.weightsManifest[0]!.weights as tf.io.WeightsManifestEntry[],
      weightData: data.buffer,
    }),
  })
  const output = await loaded.executeAsync({ x: tf.tensor(values, [...shape]) })
  const tensor = (Array.isArray(output) ? output[0]! : output) as tf.Tensor
  return { data: await tensor.data(), shape: tensor.shape }
}
