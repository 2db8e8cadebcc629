import { type ElementType, elementTypeName } from '../../onnx/element-type.ts'
import { add, broadcastShape, gelu, multiply, relu, scale, subtract } from '../autodiff/ops-arithmetic.ts'
import { concat, slice, transpose } from '../autodiff/ops-shape.ts'
import type { Value } from '../autodiff/tape.ts'
import type { NodeReader } from './node-reader.ts'
import { fromMarked, type Operand, traced } from './operand.ts'
import { expand, gather, normalise, reduce, reshapeTo, softmaxOver, tile } from './ops-axes.ts'
import { choose, clip, divide, leakyRelu, power, unary, unaryOperators } from './ops-elementwise.ts'
import { product } from './ops-product.ts'
import { convolve } from './rule-convolution.ts'
import { axesOf, expandedShape, reshapedShape, slicedIndices, splitSizes } from './shape-rules.ts'
import { shapeTensor } from './shape-tensor.ts'

/** What a node gives. Its backward pass is that of the tape's operations of which it is made. */
export type OpRule = (reader: NodeReader) => Operand | readonly Operand[]

const typeOf = (reader: NodeReader, index = 0): ElementType => reader.operand(index).type
const keep = (reader: NodeReader, value: Value): Operand => traced(value, typeOf(reader))

const binary =
  (apply: (tape: NodeReader['tape'], a: Value, b: Value) => Value): OpRule =>
  (reader) => {
    const [a, b] = [reader.shape(0), reader.shape(1)]
    const fits = a.every((size, axis) => {
      const other = b[axis - a.length + b.length] ?? 1
      return size === other || size === 1 || other === 1
    })
    if (!fits) throw reader.unsupported(`[${a.join()}] and [${b.join()}] do not fit where the batch is -1`)
    return keep(reader, apply(reader.tape, reader.value(0), reader.value(1)))
  }

/** Operators whose result has no gradient: comparisons and tests. */
const logical: OpRule = ({ tape, node, value }) => {
  const inputs = node.input.map((_, index) => value(index))
  const shape = inputs.map((each) => [...each.shape]).reduce((a, b) => broadcastShape(a, b))
  const names = inputs.map(({ name }) => name)
  return traced(tape.constant(tape.graph.op(node.opType, names), shape), 'bool')
}

const reduction =
  (mean: boolean): OpRule =>
  (reader) => {
    const x = reader.value(0)
    const rank = x.shape.length
    const given = axesOf(reader, 1)
    if (given === null && reader.int('noop_with_empty_axes', 0)) return reader.operand(0)
    const axes = (given ?? x.shape.map((_, axis) => axis)).map((axis) => reader.axis(axis, rank))
    if (axes.some((axis) => reader.shape(0)[axis]! < 0)) throw reader.unsupported('it reduces the batch axis')
    return traced(reduce(reader.tape, x, { axes, keep: reader.int('keepdims', 1) === 1, mean }))
  }

const softmax: OpRule = (reader) => {
  const x = reader.value(0)
  const last = x.shape.length - 1
  const axis = reader.axis(reader.int('axis', reader.opset >= 13 ? -1 : 1), x.shape.length)
  if (reader.opset < 13 && axis !== last)
    throw reader.unsupported('before opset 13 only the last axis is read')
  return traced(softmaxOver(reader.tape, x, axis))
}

const layerNormalization: OpRule = (reader) => {
  const { tape } = reader
  const x = reader.value(0)
  if (reader.axis(reader.int('axis', -1), x.shape.length) !== x.shape.length - 1)
    throw reader.unsupported('it normalises more than the last axis')
  const scaled = multiply(tape, normalise(tape, x, reader.float('epsilon', 1e-5)), reader.value(1))
  return traced(reader.has(2) ? add(tape, scaled, reader.value(2)) : scaled)
}

/** As it serves: with its running mean and variance, which are not trained. */
const batchNormalization: OpRule = (reader) => {
  const { tape } = reader
  const x = reader.value(0)
  if (reader.int('training_mode', 0) === 1) throw reader.unsupported('it is in training mode')
  const shape = x.shape.map((_, axis) => (axis === 1 ? x.shape[1]! : 1))
  const [gain, bias, mean] = [1, 2, 3].map((index) => reshapeTo(tape, reader.value(index), shape)) as [
    Value,
    Value,
    Value,
  ]
  const epsilon = reader.float('epsilon', 1e-5)
  const variance = reader.known(4).data
  const inverse = Float32Array.from(variance, (each) => 1 / Math.sqrt(each + epsilon))
  const factor = tape.constant(tape.graph.f32(inverse, shape), shape)
  return traced(add(tape, multiply(tape, multiply(tape, subtract(tape, x, mean), factor), gain), bias))
}

const gemm: OpRule = (reader) => {
  const { tape } = reader
  const turned = (index: number, attribute: string) =>
    reader.int(attribute, 0) ? transpose(tape, reader.value(index), [1, 0]) : reader.value(index)
  const times = (value: Value, factor: number) => (factor === 1 ? value : scale(tape, value, factor))
  const y = times(product(tape, turned(0, 'transA'), turned(1, 'transB')), reader.float('alpha', 1))
  return traced(reader.has(2) ? add(tape, y, times(reader.value(2), reader.float('beta', 1))) : y)
}

const matMul: OpRule = (reader) => {
  const [a, b] = [reader.value(0), reader.value(1)]
  if (a.shape.length < 2 || b.shape.length < 2) throw reader.unsupported('a vector is multiplied')
  return traced(product(reader.tape, a, b))
}

const geluRule: OpRule = (reader) => {
  const { tape } = reader
  const x = reader.value(0)
  if (reader.text('approximate', 'none') === 'none') return traced(gelu(tape, x))
  // 0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))
  const inner = add(tape, x, scale(tape, power(tape, x, 3), 0.044715))
  const curve = unary(tape, 'Tanh', scale(tape, inner, Math.sqrt(2 / Math.PI)))
  const half = scale(tape, x, 0.5)
  return traced(add(tape, half, multiply(tape, half, curve)))
}

const hardSigmoid = (reader: NodeReader, alpha: number, beta: number): Value => {
  const { tape } = reader
  const shift = tape.constant(tape.graph.f32([beta]), [])
  return clip(tape, add(tape, scale(tape, reader.value(0), alpha), shift), [0, 1])
}

const clipRule: OpRule = (reader) => {
  const bound = (index: number, name: string, fallback: number) =>
    reader.has(index) ? reader.known(index).data[0]! : reader.float(name, fallback)
  const ends = [bound(1, 'min', Number.NEGATIVE_INFINITY), bound(2, 'max', Number.POSITIVE_INFINITY)] as const
  return traced(clip(reader.tape, reader.value(0), ends))
}

const cast: OpRule = (reader) => {
  const { tape } = reader
  const to = reader.int('to', 1)
  const type = elementTypeName(to) as ElementType
  const x = reader.value(0)
  if (type === typeOf(reader)) return reader.operand(0)
  if (x.tracked) throw reader.unsupported(`it makes ${type} of weights or of what came from them`)
  return traced(tape.constant(tape.graph.op('Cast', [x.name], { to }), x.shape), type)
}

const where: OpRule = (reader) => {
  if (typeOf(reader, 1) !== 'float32')
    throw reader.unsupported('it chooses among numbers that are not float32')
  return traced(choose(reader.tape, reader.value(0), reader.value(1), reader.value(2)))
}

const squeezed: OpRule = (reader) => {
  const x = reader.value(0)
  const axes = axesOf(reader, 1)?.map((axis) => reader.axis(axis, x.shape.length))
  if (axes?.some((axis) => reader.shape(0)[axis] !== 1)) throw reader.unsupported('it drops the batch axis')
  const shape = x.shape.filter((_, axis) => (axes ? !axes.includes(axis) : reader.shape(0)[axis] !== 1))
  return keep(reader, reshapeTo(reader.tape, x, shape))
}

const unsqueezed: OpRule = (reader) => {
  const x = reader.value(0)
  const axes = axesOf(reader, 1) ?? []
  const shape = [...x.shape]
  const rank = shape.length + axes.length
  for (const axis of axes.map((each) => reader.axis(each, rank)).sort((a, b) => a - b))
    shape.splice(axis, 0, 1)
  return keep(reader, reshapeTo(reader.tape, x, shape))
}

const flatten: OpRule = (reader) => {
  const x = reader.value(0)
  const axis = reader.int('axis', 1)
  const at = axis < 0 ? axis + x.shape.length : axis
  const part = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1)
  return keep(reader, reshapeTo(reader.tape, x, [part(x.shape.slice(0, at)), part(x.shape.slice(at))]))
}

const concatenated: OpRule = (reader) => {
  const values = reader.node.input.map((_, index) => reader.value(index))
  const axis = reader.axis(reader.int('axis', 0), values[0]!.shape.length)
  const shapes = values.map((_, index) => reader.shape(index))
  if (shapes.some((shape) => shape[axis]! < 0)) throw reader.unsupported('it joins along the batch axis')
  const fronts = shapes.map(([size]) => size!)
  const front = fronts.find((size) => size < 0) ?? fronts[0]!
  const parts = values.map((value, index) =>
    axis === 0 || fronts[index] === front ? value : repeatFront(reader, value, front),
  )
  return keep(reader, concat(reader.tape, parts, axis))
}

/**
 * Written for a batch of one, a class token lacks the batch that the tokens have: [K, ..] → [N·K, ..], where `front` is
 * N·K.
 */
function repeatFront(reader: NodeReader, x: Value, front: number): Value {
  const { tape } = reader
  const [own, ...rest] = x.shape as [number, ...number[]]
  const batch = front / own
  if (reader.lifted === null || !(batch < 0 && Number.isInteger(batch)))
    throw reader.unsupported(`it joins ${own} with ${front < 0 ? 'the batch' : front} on the first axis`)
  const repeated = reader.actual([batch, own]).concat(rest)
  const wide = expand(tape, x, repeated, shapeTensor(reader, repeated))
  return reshapeTo(tape, wide, [...reader.actual([front]), ...rest])
}

const gathered: OpRule = (reader) => {
  const x = reader.value(0)
  const indices = reader.known(1)
  const axis = reader.axis(reader.int('axis', 0), x.shape.length)
  const size = reader.shape(0)[axis]!
  if (size < 0) throw reader.unsupported('it picks from the batch axis')
  const list = Array.from(indices.data, (index) => (index < 0 ? index + size : index))
  const picked = gather(reader.tape, x, axis, list)
  const shape = [...x.shape.slice(0, axis), ...indices.dims, ...x.shape.slice(axis + 1)]
  return keep(reader, reshapeTo(reader.tape, picked, shape))
}

const sliced: OpRule = (reader) => {
  let x = reader.value(0)
  for (const cut of slicedIndices(reader))
    if ('indices' in cut) x = gather(reader.tape, x, cut.axis, cut.indices)
    else x = cut.ofEach ? sliceEach(reader, x, cut.ends) : sliceBatches(reader, x, cut)
  return keep(reader, x)
}

/** The same part of what each element of the batch has on the front axis: [N·K, ..] → [N·(end - start), ..] */
function sliceEach(reader: NodeReader, x: Value, [start, end]: readonly [number, number]): Value {
  const { tape } = reader
  const batch = fromMarked(reader.lifted!)
  const each = reader.shape(0)[0]! / batch
  const rest = x.shape.slice(1)
  const apart = reshapeTo(tape, x, [...reader.actual([batch]), each, ...rest])
  return reshapeTo(tape, slice(tape, apart, 1, [start, end]), [
    ...reader.actual([batch * (end - start)]),
    ...rest,
  ])
}

/** Whole batches of an axis that has several. */
function sliceBatches(
  reader: NodeReader,
  x: Value,
  { axis, ends: [start, end] }: { axis: number; ends: readonly [number, number] },
): Value {
  const { tape, batchSize, unsupported } = reader
  const { graph } = tape
  const [from, to] = reader.actual([-start, -end]) as [number, number]
  if (to > 0) return slice(tape, x, axis, [from, to])
  const times = (count: number) => graph.op('Mul', [batchSize(), graph.i64([count])])
  const y = graph.op('Slice', [x.name, times(start), times(end), graph.i64([axis])])
  return tape.record(y, x.shape.with(axis, start - end), [x], () => {
    throw unsupported('it cuts a free batch axis')
  })
}

const split: OpRule = (reader) => {
  const x = reader.value(0)
  const { axis, sizes } = splitSizes(reader)
  let start = 0
  return sizes.map((size) => {
    start += size
    return keep(reader, slice(reader.tape, x, axis, [start - size, start]))
  })
}

const expanded: OpRule = (reader) => {
  const shape = reader.actual(expandedShape(reader))
  return keep(reader, expand(reader.tape, reader.value(0), shape, shapeTensor(reader, shape)))
}

const tiled: OpRule = (reader) => {
  const { tape } = reader
  const x = reader.value(0)
  const repeats = Array.from(reader.known(1).data, fromMarked)
  if (repeats.every((count) => count > 0)) return keep(reader, tile(tape, x, repeats))
  // As often as the batch is large: only something of length 1.
  if (repeats.some((count, axis) => count !== 1 && reader.shape(0)[axis] !== 1))
    throw reader.unsupported('it repeats a batch')
  const shape = x.shape.map((size, axis) =>
    repeats[axis] === 1 ? size : reader.actual([repeats[axis]!])[0]!,
  )
  return keep(reader, expand(tape, x, shape, shapeTensor(reader, shape)))
}

/** All that can be trained through. */
export const opRules: Readonly<Record<string, OpRule>> = {
  Add: binary(add),
  Sub: binary(subtract),
  Mul: binary(multiply),
  Div: binary(divide),
  Sum: (reader) => {
    const values = reader.node.input.map((_, index) => reader.value(index))
    return keep(
      reader,
      values.reduce((sum, each) => add(reader.tape, sum, each)),
    )
  },
  Pow: (reader) => traced(power(reader.tape, reader.value(0), reader.known(1).data[0]!)),
  ...Object.fromEntries(
    unaryOperators.map((operator): [string, OpRule] => [
      operator,
      (reader) => traced(unary(reader.tape, operator, reader.value(0))),
    ]),
  ),
  Relu: (reader) => traced(relu(reader.tape, reader.value(0))),
  LeakyRelu: (reader) => traced(leakyRelu(reader.tape, reader.value(0), reader.float('alpha', 0.01))),
  Gelu: geluRule,
  HardSigmoid: (reader) => traced(hardSigmoid(reader, reader.float('alpha', 0.2), reader.float('beta', 0.5))),
  HardSwish: (reader) => traced(multiply(reader.tape, reader.value(0), hardSigmoid(reader, 1 / 6, 0.5))),
  Clip: clipRule,
  Where: where,
  Cast: cast,
  Identity: (reader) => reader.operand(0),
  Dropout: (reader) => reader.operand(0),
  MatMul: matMul,
  Gemm: gemm,
  Conv: convolve,
  Softmax: softmax,
  LayerNormalization: layerNormalization,
  BatchNormalization: batchNormalization,
  ReduceMean: reduction(true),
  ReduceSum: reduction(false),
  GlobalAveragePool: (reader) => {
    const x = reader.value(0)
    const axes = x.shape.map((_, axis) => axis).slice(2)
    return traced(reduce(reader.tape, x, { axes, keep: true, mean: true }))
  },
  Reshape: (reader) => {
    const x = reader.value(0)
    return keep(reader, reshapeTo(reader.tape, x, reader.actual(reshapedShape(reader, reader.shape(0)))))
  },
  Flatten: flatten,
  Squeeze: squeezed,
  Unsqueeze: unsqueezed,
  Transpose: (reader) => {
    const x = reader.value(0)
    const perm = reader.ints('perm') ?? x.shape.map((_, axis) => x.shape.length - 1 - axis)
    return keep(reader, transpose(reader.tape, x, perm))
  },
  Concat: concatenated,
  Split: split,
  Slice: sliced,
  Gather: gathered,
  Expand: expanded,
  Tile: tiled,
  ...Object.fromEntries(
    ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or', 'Not', 'IsNaN', 'IsInf'].map(
      (operator) => [operator, logical],
    ),
  ),
}
