import { elementTypes } from '../element-type.ts'
import type { NodeProto, TensorProto } from '../proto/onnx_pb.ts'

/** What is known of a value while the batch axis is followed through a graph. */
export interface Value {
  /** Depends on the input, and axis 0 is the batch. Otherwise it does not depend on the input at all. */
  readonly batch: boolean
  /** Null: not known. */
  readonly rank: number | null
  /** Length of axis 0 of a constant whose shape is known. */
  readonly firstDim?: number
  /** Numbers of a small constant. */
  readonly numbers?: readonly number[]
}

/** Longest constant that is read: shapes, axes, pads and scales are shorter. */
const maxNumbers = 64

export function tensorValue(tensor: TensorProto): Value {
  const dims = tensor.dims.map(Number)
  const numbers = dims.reduce((a, b) => a * b, 1) <= maxNumbers ? tensorNumbers(tensor) : null
  return {
    batch: false,
    rank: dims.length,
    ...(dims.length > 0 ? { firstDim: dims[0]! } : {}),
    ...(numbers ? { numbers } : {}),
  }
}

function tensorNumbers(tensor: TensorProto): number[] | null {
  const { rawData } = tensor
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength)
  const read = (bytes: number, at: (offset: number) => number) =>
    Array.from({ length: rawData.length / bytes }, (_, index) => at(index * bytes))
  switch (tensor.dataType) {
    case elementTypes.int64:
      if (rawData.length === 0) return tensor.int64Data.map(Number)
      return read(8, (offset) => Number(view.getBigInt64(offset, true)))
    case elementTypes.int32:
      return rawData.length === 0 ? [...tensor.int32Data] : read(4, (offset) => view.getInt32(offset, true))
    case elementTypes.float32:
      return rawData.length === 0 ? [...tensor.floatData] : read(4, (offset) => view.getFloat32(offset, true))
    default:
      return null
  }
}

/** The value of a Constant node. */
export function constantValue(node: NodeProto): Value {
  const attribute = node.attribute[0]
  if (attribute?.t) return tensorValue(attribute.t)
  if (attribute?.name === 'value_int') return { batch: false, rank: 0, numbers: [Number(attribute.i)] }
  if (attribute?.name === 'value_float') return { batch: false, rank: 0, numbers: [attribute.f] }
  if (attribute?.name === 'value_ints')
    return { batch: false, rank: 1, firstDim: attribute.ints.length, numbers: attribute.ints.map(Number) }
  if (attribute?.name === 'value_floats')
    return { batch: false, rank: 1, firstDim: attribute.floats.length, numbers: [...attribute.floats] }
  return { batch: false, rank: null }
}

export function intAttribute(node: NodeProto, name: string, absent: number): number {
  const found = node.attribute.find((attribute) => attribute.name === name)
  return found ? Number(found.i) : absent
}

export function intsAttribute(node: NodeProto, name: string): number[] | null {
  return node.attribute.find((attribute) => attribute.name === name)?.ints.map(Number) ?? null
}
