import { clone, create, fromBinary } from '@bufbuild/protobuf'
import { describe, expect, it } from 'vitest'
import { makeFloats, makeInt64s, makeNode, makeValueInfo } from '../../../../src/onnx/edit/edit-nodes.ts'
import { elementTypes } from '../../../../src/onnx/element-type.ts'
import { type Layout, layouts } from '../../../../src/onnx/fold/fold-input.ts'
import {
  type FoldOptions,
  foldModel,
  foldPreprocessing,
} from '../../../../src/onnx/fold/fold-preprocessing.ts'
import { GraphProtoSchema, type ModelProto, ModelProtoSchema } from '../../../../src/onnx/proto/onnx_pb.ts'
import { bytesOf, largestDifference, model, pixels, plain, preprocess, run, size } from './fold-support.ts'

const lengths = { N: 'batch', T: size.frames, C: 3, H: size.heightPx, W: size.widthPx } as const
const shapeFor = (layout: Layout, batch: number | string = 'batch') =>
  [...layout].map((axis) => (axis === 'N' ? batch : lengths[axis as keyof typeof lengths]))
const clipLength = size.frames * size.heightPx * size.widthPx * 3
const clipDims = (count: number) => [count, size.frames, size.heightPx, size.widthPx, 3]

/** A model whose output is its input: shows what preprocessing gave it. */
const echo = (layout: Layout) =>
  model({ nodes: [makeNode('Identity', ['x'], ['y'])], input: shapeFor(layout), output: shapeFor(layout) })

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], scale: 1 / 255 } as const
const bytes = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375], scale: 1 } as const
const unit = { mean: [0, 0, 0], std: [1, 1, 1], scale: 1 / 255 } as const
const none = { mean: [0, 0, 0], std: [1, 1, 1], scale: 1 } as const

describe('foldPreprocessing gives the model what plain TypeScript gives', () => {
  const cases = layouts.flatMap((layout) =>
    (['rgb', 'bgr'] as const).flatMap((channelOrder) =>
      [imagenet, bytes, unit, none].map((numbers) => [layout, channelOrder, numbers] as const),
    ),
  )
  it.each(cases)('%s %s %o', async (layout, channelOrder, numbers) => {
    const plan: FoldOptions = { ...size, layout, channelOrder, ...numbers }
    const graph = foldPreprocessing({ model: bytesOf(echo(layout)), ...plan })
    const clips = pixels(clipLength * 2)
    const got = await run(graph, clips, clipDims(2))
    expect(got.dims.reduce((a, b) => a * b)).toBe(clips.length)
    expect(largestDifference(got.data, preprocess(clips, 2, plan))).toBeLessThanOrEqual(1e-5)
  })

  it.each([
    ['float16', elementTypes.float16, 2e-3],
    ['float64', elementTypes.float64, 1e-5],
  ])('converts to %s', async (_, inputType, tolerance) => {
    const cast = makeNode('Cast', ['x'], ['y'], { to: elementTypes.float32 })
    const proto = model({ nodes: [cast], input: shapeFor('NCTHW'), output: shapeFor('NCTHW'), inputType })
    const plan: FoldOptions = { ...size, layout: 'NCTHW', channelOrder: 'bgr', ...imagenet }
    const clips = pixels(clipLength)
    const got = await run(foldPreprocessing({ model: bytesOf(proto), ...plan }), clips, clipDims(1))
    expect(largestDifference(got.data, preprocess(clips, 1, plan))).toBeLessThanOrEqual(tolerance)
  })

  it.each(['uint8', 'int32', 'int64'] as const)('gives whole numbers to a model of %s', async (type) => {
    const cast = makeNode('Cast', ['x'], ['y'], { to: elementTypes.float32 })
    const inputType = elementTypes[type]
    const proto = model({ nodes: [cast], input: shapeFor('NTHWC'), output: shapeFor('NTHWC'), inputType })
    const clips = pixels(clipLength)
    const got = await run(foldPreprocessing({ model: bytesOf(proto), ...plain }), clips, clipDims(1))
    expect(got.data).toEqual([...clips])
    const refused = () => foldPreprocessing({ model: bytesOf(proto), ...plain, ...imagenet })
    expect(refused).toThrow(
      `input "x" is ${type} [batch, 2, 4, 5, 3]: it takes whole numbers, so mean must be 0`,
    )
  })
})

/** Averages over T, H, W: one score for each channel, [batch, 3]. */
const means = (output: readonly (number | string)[], keepdims = 0) =>
  model({
    nodes: [makeNode('ReduceMean', ['x'], ['y'], { axes: [1, 2, 3], keepdims })],
    input: shapeFor('NTHWC'),
    output,
  })

function channelMeans(clips: Uint8Array): number[] {
  const sums = [0, 0, 0]
  for (const [index, value] of clips.entries()) sums[index % 3]! += value / (clips.length / 3)
  return sums
}

describe('the output', () => {
  it('stays [N, labels] and loses other axes of length 1', async () => {
    const clips = pixels(clipLength)
    for (const proto of [means(['batch', 3]), means(['batch', 1, 1, 1, 3], 1)]) {
      const folded = foldModel(proto, { ...plain, labels: 3 })
      const got = await run(bytesOf(proto), clips, clipDims(1))
      expect(got.dims).toEqual([1, 3])
      expect(largestDifference(got.data, channelMeans(clips))).toBeLessThan(1e-3)
      expect(folded).toMatchObject({ inputName: 'clips', batch: 'free', reason: null })
      expect(proto.graph!.output.map(({ name }) => name)).toEqual(folded.outputNames)
    }
  })

  it.each([17, 18])('averages the frames of an image model (opset %i)', async (opset) => {
    const axes = [makeInt64s('axes', [1, 2])]
    const node =
      opset >= 18
        ? makeNode('ReduceMean', ['x', 'axes'], ['y'], { keepdims: 0 })
        : makeNode('ReduceMean', ['x'], ['y'], { axes: [1, 2], keepdims: 0 })
    const proto = model({
      nodes: [node],
      initializers: opset >= 18 ? axes : [],
      input: shapeFor('NHWC'),
      output: ['batch', 3],
      opset,
    })
    const clips = pixels(clipLength * 2)
    const graph = foldPreprocessing({ model: bytesOf(proto), ...plain, layout: 'NHWC', labels: 3 })
    const got = await run(graph, clips, clipDims(2))
    expect(got.dims).toEqual([2, 3])
    const wanted = [
      ...channelMeans(clips.subarray(0, clipLength)),
      ...channelMeans(clips.subarray(clipLength)),
    ]
    expect(largestDifference(got.data, wanted)).toBeLessThan(1e-3)
  })

  it('becomes float32', async () => {
    const mean = makeNode('ReduceMean', ['x'], ['m'], { axes: [1, 2, 3], keepdims: 0 })
    const cast = makeNode('Cast', ['m'], ['y'], { to: elementTypes.float64 })
    const proto = model({
      nodes: [mean, cast],
      input: shapeFor('NTHWC'),
      output: ['batch', 3],
      outputType: elementTypes.float64,
    })
    foldModel(proto, { ...plain, labels: 3 })
    expect(proto.graph!.output[0]!.type!.value.value).toMatchObject({ elemType: elementTypes.float32 })
    expect((await run(bytesOf(proto), pixels(clipLength), clipDims(1))).dims).toEqual([1, 3])
  })

  it('is chosen by name and is then the only one', () => {
    const proto = means(['batch', 3])
    proto.graph!.node.push(makeNode('Neg', ['y'], ['z']))
    proto.graph!.output.push(makeValueInfo('z', elementTypes.float32, ['batch', 3]))
    const options = { ...plain, labels: 3 }
    expect(() => foldModel(clone(ModelProtoSchema, proto), options)).toThrow(
      'has the outputs y, z; name the one with',
    )
    expect(() => foldModel(clone(ModelProtoSchema, proto), { ...options, outputName: 'q' })).toThrow(
      'none named "q"',
    )
    foldModel(proto, { ...options, outputName: 'z' })
    expect(proto.graph!.output.map(({ name }) => name)).toEqual(['z'])
  })

  it.each<[readonly (number | string)[], number, string]>([
    [['batch', 8, 3], 3, 'several axes beside the batch are longer than 1'],
    [['batch', 400], 3, 'it has 400 scores for 3 labels'],
    [[3], 3, 'no axis beside the batch'],
  ])('is refused as %j for %i labels', (shape, labels, text) => {
    expect(() => foldModel(means(shape), { ...plain, labels })).toThrow(text)
  })
})

describe('the graph', () => {
  it('keeps its own names apart from the new ones', async () => {
    const proto = model({
      nodes: [
        makeNode('Identity', ['x'], ['clips']),
        makeNode('Identity', ['clips'], ['vireo_cast']),
        makeNode('Add', ['vireo_cast', 'vireo_gain'], ['y']),
      ],
      initializers: [makeFloats('vireo_gain', [7], [])],
      input: shapeFor('NTHWC'),
      output: shapeFor('NTHWC'),
    })
    const clips = pixels(clipLength)
    const folded = foldModel(proto, { ...plain, ...unit })
    expect(folded.inputName).toBe('clips_1')
    const got = await run(bytesOf(proto), clips, clipDims(1))
    const wanted = Array.from(clips, (value) => value / 255 + 7)
    expect(largestDifference(got.data, wanted)).toBeLessThan(1e-5)
  })

  it('may use its input inside the branches of an If', async () => {
    const branch = (name: string, opType: string) =>
      create(GraphProtoSchema, {
        name,
        node: [makeNode(opType, ['x'], [name])],
        output: [makeValueInfo(name, elementTypes.float32, shapeFor('NTHWC'))],
      })
    const condition = makeInt64s('zero', [0], [])
    const proto = model({
      nodes: [
        makeNode('Cast', ['zero'], ['no'], { to: 9 }),
        makeNode('If', ['no'], ['y'], {
          then_branch: branch('a', 'Identity'),
          else_branch: branch('b', 'Neg'),
        }),
      ],
      initializers: [condition],
      input: shapeFor('NTHWC'),
      output: shapeFor('NTHWC'),
    })
    const clips = pixels(clipLength)
    const got = await run(foldPreprocessing({ model: bytesOf(proto), ...plain }), clips, clipDims(1))
    expect(
      largestDifference(
        got.data,
        Array.from(clips, (value) => -value),
      ),
    ).toBe(0)
  })

  it('of IR 3, with weights among its inputs, becomes one with a single input', async () => {
    const proto = model({
      nodes: [makeNode('Add', ['x', 'w'], ['y'])],
      initializers: [makeFloats('w', [7], [1])],
      input: shapeFor('NTHWC'),
      output: shapeFor('NTHWC'),
      opset: 9,
      irVersion: 3,
    })
    proto.graph!.input.push(makeValueInfo('w', elementTypes.float32, [1]))
    foldModel(proto, plain)
    expect(proto.graph!.input.map(({ name }) => name)).toEqual(['clips'])
    const clips = pixels(clipLength)
    const got = await run(bytesOf(proto), clips, clipDims(1))
    expect(got.data[0]).toBe(clips[0]! + 7)
  })

  it('is not changed in the bytes that were given', () => {
    const given = bytesOf(echo('NCTHW'))
    const before = given.slice()
    const folded = foldPreprocessing({ model: given, ...plain, layout: 'NCTHW' })
    expect(given).toEqual(before)
    expect(fromBinary(ModelProtoSchema, folded).graph!.input[0]!.name).toBe('clips')
  })
})

describe('what does not fit is refused, saying what the graph has', () => {
  const changed = (change: (proto: ModelProto) => void, proto = echo('NCTHW')) => {
    change(proto)
    return proto
  }
  const external = changed((proto) => {
    const weight = makeFloats('w', [], [4])
    weight.dataLocation = 1
    weight.externalData = [{ $typeName: 'onnx.StringStringEntryProto', key: 'location', value: 'w.bin' }]
    proto.graph!.initializer.push(weight)
  })
  const ncthw = { ...plain, layout: 'NCTHW' } as const
  it.each<[string, ModelProto, Partial<FoldOptions>, string]>([
    [
      'layout',
      echo('NTCHW'),
      {},
      'layout NCTHW with 2 frames of 5x4 is [N, 3, 2, 4, 5], but axis 1 (C) of the graph is 2; layout NTCHW would fit',
    ],
    ['frames', echo('NCTHW'), { frames: 8 }, 'axis 2 (T) of the graph is 2'],
    ['size', echo('NCTHW'), { widthPx: 224 }, 'axis 4 (W) of the graph is 5'],
    ['rank', echo('NCHW'), {}, '5 axes instead of 4; layout NCHW would fit'],
    ['hint', echo('NTHWC'), {}, 'layout NTHWC would fit'],
    ['external data', external, {}, 'the weights "w" lie outside the ONNX file (w.bin)'],
    [
      'input name',
      echo('NCTHW'),
      { inputName: 'q' },
      '"x" float32 [batch, 3, 2, 4, 5]: there is none named "q"',
    ],
    [
      'second input',
      changed((proto) => proto.graph!.input.push(makeValueInfo('state', 1, ['batch', 4]))),
      {},
      '"state" would stay without a value',
    ],
    [
      'batch of 4',
      model({ nodes: [], input: shapeFor('NCTHW', 4), output: [4, 3] }),
      {},
      'input "x" has a fixed batch of 4',
    ],
    ['opset', changed((proto) => (proto.opsetImport[0]!.version = 8n)), {}, 'opset 8 is too old'],
    ['no graph', create(ModelProtoSchema, {}), {}, 'has no graph'],
  ])('%s', (_, proto, options, text) => {
    let thrown: unknown
    try {
      foldModel(proto, { ...ncthw, ...options })
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'MODEL_GRAPH', message: expect.stringContaining(text) })
  })

  it('bytes that are no model', () => {
    const noise = pixels(500)
    expect(() => foldPreprocessing({ model: noise, ...ncthw })).toThrow(
      expect.objectContaining({ code: 'MODEL_GRAPH' }),
    )
  })

  it.each([
    [{ std: [1, 0, 1] }, 'std must be three numbers above 0'],
    [{ mean: [0, Number.NaN, 0] }, 'mean must be three numbers'],
    [{ scale: 0 }, 'scale must be above 0'],
    [{ frames: 0 }, 'frames must be a whole number'],
  ] as const)('numbers that make no sense: %j', (options, text) => {
    expect(() => foldModel(echo('NCTHW'), { ...ncthw, ...options } as FoldOptions)).toThrow(
      expect.objectContaining({ code: 'API_BAD_REQUEST', message: expect.stringContaining(text) }),
    )
  })
})
