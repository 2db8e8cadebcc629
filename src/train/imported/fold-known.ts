import { type ElementType, elementTypeName } from '../../onnx/element-type.ts'
import { broadcastShape } from '../autodiff/ops-arithmetic.ts'
import type { NodeReader } from './node-reader.ts'
import { type Known, known, type Operand, readTensor, shapeOf, toMarked } from './operand.ts'
import { axesOf, expandedShape, reshapedShape, slicedIndices, splitSizes } from './shape-rules.ts'

/** Null leaves the node to the graph. */
type Fold = (reader: NodeReader) => Known | Known[] | null

const sizeOf = (dims: readonly number[]) => dims.reduce((product, size) => product * size, 1)
const isWhole = (type: ElementType) => !type.startsWith('float')

/** Where element `index` of an output of shape `dims` lies in an operand of shape `of` that is broadcast to it. */
function broadcastIndex(index: number, dims: readonly number[], of: readonly number[]): number {
  let [rest, at, stride] = [index, 0, 1]
  for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
    const place = rest % dims[axis]!
    rest = (rest - place) / dims[axis]!
    const size = of[axis - dims.length + of.length]
    if (size === undefined) continue
    if (size !== 1) at += place * stride
    stride *= size
  }
  return at
}

function elementwise(
  type: ElementType,
  operands: readonly Known[],
  apply: (...values: number[]) => number,
): Known {
  const dims = operands.map((each) => [...each.dims]).reduce((a, b) => broadcastShape(a, b))
  const data = Array.from({ length: sizeOf(dims) }, (_, index) =>
    apply(...operands.map((each) => each.data[broadcastIndex(index, dims, each.dims)]!)),
  )
  return known(type, dims, type === 'float32' ? Float32Array.from(data) : data)
}

/** Elements of an axis in the order of `indices`. */
function take(x: Known, axis: number, indices: readonly number[]): Known {
  const size = x.dims[axis]!
  const inner = sizeOf(x.dims.slice(axis + 1))
  const outer = sizeOf(x.dims.slice(0, axis))
  const data: number[] = []
  for (let block = 0; block < outer; block += 1)
    for (const index of indices)
      for (let n = 0; n < inner; n += 1) data.push(x.data[(block * size + index) * inner + n]!)
  return known(x.type, x.dims.with(axis, indices.length), data)
}

function concatenate(parts: readonly Known[], axis: number): Known {
  const dims = parts[0]!.dims.with(
    axis,
    parts.reduce((sum, part) => sum + part.dims[axis]!, 0),
  )
  const outer = sizeOf(dims.slice(0, axis))
  const data: number[] = []
  for (let block = 0; block < outer; block += 1)
    for (const part of parts) {
      const length = part.data.length / outer
      for (let n = 0; n < length; n += 1) data.push(part.data[block * length + n]!)
    }
  return known(parts[0]!.type, dims, data)
}

const binary =
  (apply: (a: number, b: number) => number, type?: ElementType): Fold =>
  (reader) => {
    const [a, b] = [reader.known(0), reader.known(1)]
    return elementwise(type ?? a.type, [a, b], apply)
  }
const unary =
  (apply: (a: number) => number): Fold =>
  (reader) =>
    elementwise(reader.known(0).type, [reader.known(0)], apply)
const same: Fold = (reader) => reader.known(0)
const reshaped =
  (dims: (reader: NodeReader) => readonly number[]): Fold =>
  (reader) =>
    known(reader.known(0).type, dims(reader), reader.known(0).data)

/** Operators on constants. Whatever is not here is computed by the graph. */
const folds: Readonly<Record<string, Fold>> = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: (reader) => {
    const whole = isWhole(reader.known(0).type)
    return binary((a, b) => (whole ? Math.trunc(a / b) : a / b))(reader)
  },
  Mod: binary((a, b) => a - b * Math.floor(a / b)),
  Pow: binary((a, b) => a ** b),
  Min: binary(Math.min),
  Max: binary(Math.max),
  Equal: binary((a, b) => Number(a === b), 'bool'),
  Greater: binary((a, b) => Number(a > b), 'bool'),
  GreaterOrEqual: binary((a, b) => Number(a >= b), 'bool'),
  Less: binary((a, b) => Number(a < b), 'bool'),
  LessOrEqual: binary((a, b) => Number(a <= b), 'bool'),
  And: binary((a, b) => Number(a !== 0 && b !== 0), 'bool'),
  Or: binary((a, b) => Number(a !== 0 || b !== 0), 'bool'),
  Not: unary((a) => Number(a === 0)),
  Neg: unary((a) => -a),
  Abs: unary(Math.abs),
  Sqrt: unary(Math.sqrt),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Identity: same,
  Dropout: same,
  Cast: (reader) => {
    const to = elementTypeName(reader.int('to', 1)) as ElementType
    const convert =
      to === 'bool' ? (a: number) => Number(a !== 0) : isWhole(to) ? Math.trunc : (a: number) => a
    return elementwise(to, [reader.known(0)], convert)
  },
  Where: (reader) =>
    elementwise(reader.known(1).type, [reader.known(0), reader.known(1), reader.known(2)], (when, a, b) =>
      when ? a : b,
    ),
  Unsqueeze: reshaped((reader) => {
    const axes = axesOf(reader, 1) ?? []
    const dims = [...reader.known(0).dims]
    const rank = dims.length + axes.length
    for (const axis of axes.map((each) => reader.axis(each, rank)).sort((a, b) => a - b))
      dims.splice(axis, 0, 1)
    return dims
  }),
  Squeeze: reshaped((reader) => {
    const { dims } = reader.known(0)
    const axes = axesOf(reader, 1)?.map((axis) => reader.axis(axis, dims.length))
    return dims.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1))
  }),
  Reshape: reshaped((reader) => reshapedShape(reader, reader.known(0).dims)),
  Expand: (reader) => {
    const dims = expandedShape(reader)
    if (dims.some((size) => size < 0)) return null
    const zeros = known(reader.known(0).type, dims, [])
    return elementwise(
      zeros.type,
      [reader.known(0), { ...zeros, data: new Float32Array(sizeOf(dims)) }],
      (a) => a,
    )
  },
  Transpose: (reader) => {
    const x = reader.known(0)
    const perm = reader.ints('perm') ?? x.dims.map((_, axis) => x.dims.length - 1 - axis)
    const strides = x.dims.map((_, axis) => sizeOf(x.dims.slice(axis + 1)))
    const dims = perm.map((axis) => x.dims[axis]!)
    const data = Array.from({ length: x.data.length }, (_, index) => {
      let [rest, at] = [index, 0]
      for (let axis = dims.length - 1; axis >= 0; axis -= 1) {
        at += (rest % dims[axis]!) * strides[perm[axis]!]!
        rest = Math.floor(rest / dims[axis]!)
      }
      return x.data[at]!
    })
    return known(x.type, dims, data)
  },
  Concat: (reader) => {
    const parts = reader.node.input.map((_, index) => reader.known(index))
    return concatenate(parts, reader.axis(reader.int('axis', 0), parts[0]!.dims.length))
  },
  Gather: (reader) => {
    const [x, indices] = [reader.known(0), reader.known(1)]
    const axis = reader.axis(reader.int('axis', 0), x.dims.length)
    const size = x.dims[axis]!
    const taken = take(
      x,
      axis,
      Array.from(indices.data, (index) => (index < 0 ? index + size : index)),
    )
    return { ...taken, dims: [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)] }
  },
  Slice: (reader) => {
    let x = reader.known(0)
    for (const cut of slicedIndices(reader)) {
      if (!('indices' in cut)) return null
      x = take(x, cut.axis, cut.indices)
    }
    return x
  },
  Split: (reader) => {
    const x = reader.known(0)
    const { axis, sizes } = splitSizes(reader)
    let start = 0
    return sizes.map((size) => {
      const indices = Array.from({ length: size }, (_, n) => start + n)
      start += size
      return take(x, axis, indices)
    })
  },
  Range: (reader) => {
    const [start, end, step] = [0, 1, 2].map((index) => reader.known(index).data[0]!) as [
      number,
      number,
      number,
    ]
    const count = Math.max(0, Math.ceil((end - start) / step))
    if (count > 1e7) throw reader.unsupported('a constant would grow with the batch')
    return known(
      reader.known(0).type,
      [count],
      Array.from({ length: count }, (_, n) => start + n * step),
    )
  },
  ConstantOfShape: (reader) => {
    const dims = Array.from(reader.known(0).data)
    const tensor = reader.tensor('value')
    const fill = tensor ? readTensor(tensor) : known('float32', [1], [0])
    if (sizeOf(dims) > 1e7) throw reader.unsupported('a constant would grow with the batch')
    return known(fill.type, dims, new Float32Array(sizeOf(dims)).fill(fill.data[0]!))
  },
  ReduceProd: (reader) => {
    const x = reader.known(0)
    if (x.dims.length > 1) throw reader.unsupported('only lists of sizes are multiplied')
    return known(x.type, reader.int('keepdims', 1) ? [1] : [], [sizeOf(Array.from(x.data))])
  },
}

/** The shape of a tensor, known or not, as a known tensor. */
function shapeTensor(reader: NodeReader): Known {
  const dims = shapeOf(reader.operand(0)).map(toMarked)
  const part = dims.slice(reader.int('start', 0), reader.int('end', dims.length))
  return known('int64', [part.length], part)
}

function constantValue(reader: NodeReader): Known {
  const tensor = reader.tensor('value')
  if (tensor) return readTensor(tensor)
  const [attribute] = reader.node.attribute
  if (attribute?.name === 'value_float') return known('float32', [], [attribute.f])
  if (attribute?.name === 'value_int') return known('int64', [], [Number(attribute.i)])
  if (attribute?.name === 'value_ints')
    return known('int64', [attribute.ints.length], attribute.ints.map(Number))
  if (attribute?.name === 'value_floats') return known('float32', [attribute.floats.length], attribute.floats)
  throw reader.unsupported('this kind of constant is not read')
}

/** What a node gives when that is known already; null when it has to be computed. */
export function foldKnown(reader: NodeReader, inputs: readonly (Operand | null)[]): Known[] | null {
  const { opType } = reader.node
  if (opType === 'Constant') return [constantValue(reader)]
  if (opType === 'Shape') return [shapeTensor(reader)]
  if (opType === 'Size') return [known('int64', [], [sizeOf(reader.shape(0).map(toMarked))])]
  const fold = folds[opType]
  if (!fold || inputs.some((operand) => operand?.kind === 'traced')) return null
  const result = fold(reader)
  return result === null || Array.isArray(result) ? result : [result]
}
