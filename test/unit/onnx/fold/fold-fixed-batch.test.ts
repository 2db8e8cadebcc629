import { clone, create } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { makeFloats, makeInt64s, makeNode, makeValueInfo } from '../../../../src/onnx/edit/edit-nodes.ts'
import { elementTypes } from '../../../../src/onnx/element-type.ts'
import { foldModel } from '../../../../src/onnx/fold/fold-preprocessing.ts'
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
} from '../../../../src/onnx/proto/onnx_pb.ts'
import { bytesOf, largestDifference, model, pixels, run } from './fold-support.ts'

// Images of 6 x 8, so that every axis has its own length: x is [1, 3, 6, 8].
const height = 6
const width = 8
const length = height * width * 3
const options = {
  layout: 'NCHW',
  channelOrder: 'rgb',
  mean: [0.4, 0.5, 0.6],
  std: [0.2, 0.3, 0.4],
  scale: 1 / 255,
  frames: 1,
  widthPx: width,
  heightPx: height,
} as const
const none = { mean: [0, 0, 0], std: [1, 1, 1], scale: 1 } as const
const input = [1, 3, height, width]

const weights = (name: string, dims: number[]) => {
  const count = dims.reduce((a, b) => a * b, 1)
  return makeFloats(
    name,
    Array.from({ length: count }, (_, index) => Math.sin(index + 1)),
    dims,
  )
}
const constant = (name: string, tensor: TensorProto): NodeProto => {
  const node = makeNode('Constant', [], [name])
  node.attribute = [create(AttributeProtoSchema, { name: 'value', type: 4, t: tensor })]
  return node
}

interface Case {
  readonly nodes: NodeProto[]
  readonly initializers?: TensorProto[]
  readonly output: number[]
  readonly opset?: number
}
const one = (node: NodeProto, output = input, initializers: TensorProto[] = [], opset = 17): Case => ({
  nodes: [node],
  output,
  initializers,
  opset,
})

/** Graphs in which the batch can be followed. */
const lifted: Record<string, Case> = {
  'a convolutional classifier': {
    nodes: [
      makeNode('Conv', ['x', 'w'], ['c']),
      makeNode('Relu', ['c'], ['r']),
      makeNode('GlobalAveragePool', ['r'], ['p']),
      constant('shape', makeInt64s('', [1, -1])),
      makeNode('Reshape', ['p', 'shape'], ['f']),
      makeNode('Gemm', ['f', 'g', 'b'], ['y'], { transB: 1 }),
    ],
    initializers: [weights('w', [4, 3, 3, 3]), weights('g', [5, 4]), weights('b', [5])],
    output: [1, 5],
  },
  'attention over pixels': {
    nodes: [
      makeNode('Reshape', ['x', 's'], ['t']),
      makeNode('Transpose', ['t'], ['k'], { perm: [0, 2, 1] }),
      makeNode('MatMul', ['k', 'w'], ['q']),
      makeNode('MatMul', ['q', 't'], ['a']),
      makeNode('Softmax', ['a'], ['p'], { axis: -1 }),
      makeNode('MatMul', ['p', 'k'], ['y']),
    ],
    initializers: [makeInt64s('s', [1, 3, 48]), weights('w', [3, 3])],
    output: [1, 48, 3],
  },
  'a weight on the left': one(makeNode('MatMul', ['w', 'x'], ['y']), [1, 3, 2, 8], [weights('w', [2, 6])]),
  'Reshape with 0': one(makeNode('Reshape', ['x', 's'], ['y']), [1, 18, 8], [makeInt64s('s', [0, 18, 8])]),
  Flatten: one(makeNode('Flatten', ['x'], ['y']), [1, 144]),
  'Concat of two': {
    nodes: [makeNode('Neg', ['x'], ['n']), makeNode('Concat', ['x', 'n'], ['y'], { axis: 1 })],
    output: [1, 6, 6, 8],
  },
  Split: {
    nodes: [makeNode('Split', ['x', 's'], ['a', 'b'], { axis: 3 }), makeNode('Sub', ['a', 'b'], ['y'])],
    initializers: [makeInt64s('s', [4, 4])],
    output: [1, 3, 6, 4],
  },
  Slice: one(
    makeNode('Slice', ['x', 'from', 'to', 'axes'], ['y']),
    [1, 3, 2, 8],
    [makeInt64s('from', [1]), makeInt64s('to', [3]), makeInt64s('axes', [2])],
  ),
  'Gather of one channel': one(
    makeNode('Gather', ['x', 'i'], ['y'], { axis: 1 }),
    [1, 6, 8],
    [makeInt64s('i', [2], [])],
  ),
  'Squeeze and Unsqueeze': {
    nodes: [
      makeNode('ReduceMax', ['x'], ['m'], { axes: [1] }),
      makeNode('Squeeze', ['m', 'one'], ['s']),
      makeNode('Unsqueeze', ['s', 'last'], ['y']),
    ],
    initializers: [makeInt64s('one', [1]), makeInt64s('last', [-1])],
    output: [1, 6, 8, 1],
  },
  'a constant of the same rank': one(makeNode('Mul', ['x', 'w'], ['y']), input, [weights('w', [1, 3, 1, 1])]),
  'a constant of lower rank': one(makeNode('Add', ['x', 'w'], ['y']), input, [weights('w', [3, 6, 8])]),
  Pad: one(makeNode('Pad', ['x', 'p'], ['y']), [1, 3, 7, 9], [makeInt64s('p', [0, 0, 1, 0, 0, 0, 0, 1])]),
  Resize: one(
    makeNode('Resize', ['x', '', 'scales'], ['y']),
    [1, 3, 12, 16],
    [makeFloats('scales', [1, 1, 2, 2], [4])],
  ),
  Expand: one(makeNode('Expand', ['x', 's'], ['y']), input, [makeInt64s('s', [3, 1, 1])]),
  Tile: one(makeNode('Tile', ['x', 's'], ['y']), [1, 3, 12, 8], [makeInt64s('s', [1, 1, 2, 1])]),
  'LayerNormalization over the last axis': one(makeNode('LayerNormalization', ['x', 'w'], ['y']), input, [
    weights('w', [8]),
  ]),
  'Softmax of opset 11 from axis 1': one(makeNode('Softmax', ['x'], ['y']), input, [], 11),
}

/** Graphs in which it cannot, each with what the import says. */
const refused: Record<string, [Case, string]> = {
  'Reshape that merges batch and channels': [
    one(makeNode('Reshape', ['x', 's'], ['y']), [3, 48], [makeInt64s('s', [3, -1])]),
    'does not begin with the batch',
  ],
  'Reshape from -1': [
    {
      nodes: [
        makeNode('Reshape', ['x', 's'], ['r']),
        makeNode('ReduceMean', ['r'], ['y'], { axes: [0], keepdims: 1 }),
      ],
      initializers: [makeInt64s('s', [-1, 48])],
      output: [1, 48],
    },
    'does not begin with the batch',
  ],
  'Transpose of the batch': [
    {
      nodes: [
        makeNode('Transpose', ['x'], ['t'], { perm: [1, 0, 2, 3] }),
        makeNode('ReduceMean', ['t'], ['y'], { axes: [0], keepdims: 0 }),
      ],
      output: [1, 6, 8],
    },
    'moves the batch',
  ],
  'a mean over the batch': [
    one(makeNode('ReduceMean', ['x'], ['y'], { axes: [0], keepdims: 1 })),
    'ReduceMean node "y": reduces the batch',
  ],
  'a mean over everything': [
    one(makeNode('ReduceMean', ['x'], ['y'], { keepdims: 1 }), [1, 1, 1, 1]),
    'reduces the batch',
  ],
  'Softmax along the batch': [one(makeNode('Softmax', ['x'], ['y'], { axis: -4 })), 'works along the batch'],
  'Squeeze without axes': [
    {
      nodes: [makeNode('Squeeze', ['x'], ['s']), makeNode('Unsqueeze', ['s', 'a'], ['y'])],
      initializers: [makeInt64s('a', [0])],
      output: input,
    },
    'may drop the batch',
  ],
  'Concat with a constant': [
    one(makeNode('Concat', ['x', 'w'], ['y'], { axis: 1 }), [1, 4, 6, 8], [weights('w', [1, 1, 6, 8])]),
    'joins with a constant',
  ],
  'Shape of the input': [
    {
      nodes: [
        makeNode('Shape', ['x'], ['s']),
        makeNode('Cast', ['s'], ['f'], { to: 1 }),
        makeNode('ReduceSum', ['f'], ['n'], { keepdims: 1 }),
        makeNode('Add', ['x', 'n'], ['y']),
      ],
      output: input,
    },
    'Shape node "s": it is not known',
  ],
  'a product with a vector': [
    one(makeNode('MatMul', ['x', 'w'], ['y']), [1, 3, 6], [weights('w', [8])]),
    'not known or below 2',
  ],
  'a weight of higher rank': [
    one(makeNode('MatMul', ['x', 'w'], ['y']), [2, 1, 3, 6, 4], [weights('w', [2, 1, 1, 8, 4])]),
    'a weight is not aligned',
  ],
  'an operand of higher rank': [
    one(makeNode('Add', ['x', 'w'], ['y']), [2, 1, 3, 6, 8], [weights('w', [2, 1, 1, 1, 1])]),
    'not aligned with the batch',
  ],
  'an inner graph': [
    {
      nodes: [
        makeNode('Cast', ['zero'], ['no'], { to: 9 }),
        makeNode('If', ['no'], ['y'], {
          then_branch: branch('a', 'Identity'),
          else_branch: branch('b', 'Neg'),
        }),
      ],
      initializers: [makeInt64s('zero', [0], [])],
      output: input,
    },
    'If node "y": has an inner graph',
  ],
}

function branch(name: string, opType: string) {
  return create(GraphProtoSchema, {
    name,
    node: [makeNode(opType, ['x'], [name])],
    output: [makeValueInfo(name, elementTypes.float32, input)],
  })
}

const build = ({ nodes, initializers = [], output, opset = 17 }: Case): ModelProto =>
  clone(ModelProtoSchema, model({ nodes, initializers, input, output, opset }))

/** Three images at once must score as each of them alone in the graph as it was given. */
async function expectSameScores(given: Uint8Array, folded: Uint8Array): Promise<void> {
  const images = pixels(length * 3, 7)
  const alone: number[] = []
  for (let index = 0; index < 3; index += 1) {
    const image = images.subarray(index * length, (index + 1) * length)
    const planes = Float32Array.from({ length }, (_, at) => {
      const channel = Math.floor(at / (height * width))
      const value = image[(at % (height * width)) * 3 + channel]! / 255
      return (value - options.mean[channel]!) / options.std[channel]!
    })
    alone.push(...(await run(given, planes, input)).data)
  }
  const together = await run(folded, images, [3, 1, height, width, 3])
  expect(together.dims[0]).toBe(3)
  expect(largestDifference(together.data, alone)).toBeLessThanOrEqual(1e-5)
}

describe('a batch fixed at 1', () => {
  it.each(Object.entries(lifted))('is lifted: %s', async (_, parts) => {
    const given = bytesOf(build(parts))
    const proto = build(parts)
    expect(foldModel(proto, options)).toMatchObject({ batch: 'lifted', reason: null })
    await expectSameScores(given, bytesOf(proto))
  })

  it.each(Object.entries(refused))('runs one by one: %s', async (_, [parts, reason]) => {
    const given = bytesOf(build(parts))
    const proto = build(parts)
    const folded = foldModel(proto, options)
    expect(folded).toMatchObject({ batch: 'one by one', reason: expect.stringContaining(reason) })
    await expectSameScores(given, bytesOf(proto))
  })

  it('runs one by one with scores that have no batch axis at all', async () => {
    const parts = one(makeNode('ReduceMean', ['x'], ['y'], { axes: [0, 2, 3], keepdims: 0 }), [3])
    const given = bytesOf(build(parts))
    const proto = build(parts)
    expect(foldModel(proto, { ...options, labels: 3 })).toMatchObject({ batch: 'one by one' })
    await expectSameScores(given, bytesOf(proto))
  })

  it.each([
    ['lifted', makeNode('ReduceMean', ['x'], ['y'], { axes: [2, 3], keepdims: 0 })],
    ['one by one', makeNode('ReduceMean', ['x'], ['y'], { axes: [0, 2, 3], keepdims: 0 })],
  ])('is %s in an image model whose scores are averaged over frames', async (batch, node) => {
    const proto = build(one(node, batch === 'lifted' ? [1, 3] : [3]))
    expect(foldModel(proto, { ...options, ...none, frames: 2, labels: 3 })).toMatchObject({ batch })
    const clips = pixels(length * 4)
    const got = await run(bytesOf(proto), clips, [2, 2, height, width, 3])
    const sums = new Array<number>(6).fill(0)
    for (const [at, value] of clips.entries())
      sums[Math.floor(at / (2 * length)) * 3 + (at % 3)]! += value / ((2 * length) / 3)
    expect(got.dims).toEqual([2, 3])
    expect(largestDifference(got.data, sums)).toBeLessThan(1e-3)
  })

  it('runs one by one where other axes of the input are free', async () => {
    const [parts] = refused['Transpose of the batch']!
    const given = bytesOf(build(parts))
    const proto = build(parts)
    proto.graph!.input = [makeValueInfo('x', elementTypes.float32, [1, 3, 'height', '?'])]
    expect(foldModel(proto, options)).toMatchObject({ batch: 'one by one' })
    await expectSameScores(given, bytesOf(proto))
  })

  it('leaves no constant behind that nothing uses', () => {
    const proto = build(lifted['attention over pixels']!)
    foldModel(proto, options)
    const used = new Set(proto.graph!.node.flatMap((node) => node.input))
    const unused = proto.graph!.initializer.filter(({ name }) => !used.has(name))
    expect(unused.map(({ name }) => name)).toEqual([])
  })

  it('is refused when it cannot be lifted and the output has no stated shape', () => {
    const proto = build(one(makeNode('Transpose', ['x'], ['y']), [8, 6, 3, 1]))
    proto.graph!.output = [{ ...makeValueInfo('y', 1, []) }]
    const type = proto.graph!.output[0]!.type!.value
    if (type.case === 'tensorType') delete type.value.shape
    expect(() => foldModel(proto, options)).toThrow(
      expect.objectContaining({
        code: 'MODEL_GRAPH',
        message: expect.stringMatching(
          /cannot be lifted \(Transpose node "y".*shape of output "y" is not stated/,
        ),
      }),
    )
  })
})
