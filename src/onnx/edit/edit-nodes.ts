import { create } from '@bufbuild/protobuf'
import { elementTypeName, elementTypes } from '../element-type.ts'
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../proto/onnx_pb.ts'

/** Numbers of AttributeProto.AttributeType. */
const attributeType = { int: 2, graph: 5, ints: 7 } as const

export type AttributeValue = number | readonly number[] | GraphProto

/** A node of the standard domain. Whole numbers become INT, arrays INTS, graphs GRAPH attributes. */
export function makeNode(
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Record<string, AttributeValue> = {},
): NodeProto {
  return create(NodeProtoSchema, {
    opType,
    name: output[0] ?? '',
    input: [...input],
    output: [...output],
    attribute: Object.entries(attributes).map(([name, value]) => makeAttribute(name, value)),
  })
}

function makeAttribute(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: attributeType.int, i: BigInt(value) })
  if ('length' in value)
    return create(AttributeProtoSchema, { name, type: attributeType.ints, ints: value.map(BigInt) })
  return create(AttributeProtoSchema, { name, type: attributeType.graph, g: value })
}

export function makeInt64s(name: string, values: readonly number[], dims = [values.length]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: elementTypes.int64,
    dims: dims.map(BigInt),
    int64Data: values.map(BigInt),
  })
}

export function makeFloats(name: string, values: readonly number[], dims: readonly number[]): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: elementTypes.float32,
    dims: dims.map(BigInt),
    floatData: [...values],
  })
}

/** A tensor's name, element type and shape; text in the shape names a dynamic dimension, '?' leaves it unnamed. */
export function makeValueInfo(
  name: string,
  elemType: number,
  shape: readonly (number | string)[],
): ValueInfoProto {
  const dim = shape.map((size) => {
    if (size === '?') return {}
    if (typeof size === 'number') return { value: { case: 'dimValue' as const, value: BigInt(size) } }
    return { value: { case: 'dimParam' as const, value: size } }
  })
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } },
  })
}

export interface TensorShape {
  readonly elemType: number
  /** A number, the name of a dynamic dimension, or '?' for an unnamed one. Null: the rank is not known. */
  readonly dims: readonly (number | string)[] | null
}

/** What a graph states about one of its values; null when it is not a tensor. */
export function shapeOf(info: ValueInfoProto): TensorShape | null {
  const type = info.type?.value
  if (type?.case !== 'tensorType') return null
  const dims = type.value.shape?.dim.map(({ value }) => {
    if (value.case === 'dimValue') return Number(value.value)
    return value.case === 'dimParam' && value.value !== '' ? value.value : '?'
  })
  return { elemType: type.value.elemType, dims: dims ?? null }
}

/** float32 [1, 3, 224, 224], as messages and summaries write it. */
export function shapeText({ elemType, dims }: TensorShape): string {
  return `${elementTypeName(elemType)} ${dims ? `[${dims.join(', ')}]` : 'of unknown shape'}`
}
