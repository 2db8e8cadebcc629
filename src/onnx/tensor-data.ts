import { create } from '@bufbuild/protobuf'
import { type ElementType, elementTypes } from './element-type.ts'
import { type TensorProto, TensorProtoSchema } from './proto/onnx_pb.ts'

/** The numbers of a float32 tensor, wherever the file keeps them; null for other types and for external data. */
export function floatsOf(tensor: TensorProto): Float32Array | null {
  if (tensor.dataType !== elementTypes.float32 || tensor.dataLocation !== 0) return null
  if (tensor.rawData.length === 0) return Float32Array.from(tensor.floatData)
  // A copy: the bytes in the file need not be aligned.
  return new Float32Array(Uint8Array.from(tensor.rawData).buffer)
}

export function sizesOf(tensor: TensorProto): number[] {
  return tensor.dims.map(Number)
}

/** A tensor that keeps its numbers as bytes, little-endian as ONNX wants and all our machines have them. */
export function makeTensor(
  name: string,
  type: ElementType,
  data: Float32Array | Float64Array | Int8Array | Uint8Array | Uint16Array | Int32Array | BigInt64Array,
  dims: readonly number[],
): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: elementTypes[type],
    dims: dims.map(BigInt),
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  })
}

/** The numbers of an int64 tensor; null for other types and for external data. */
export function intsOf(tensor: TensorProto): number[] | null {
  if (tensor.dataType !== elementTypes.int64 || tensor.dataLocation !== 0) return null
  if (tensor.rawData.length === 0) return tensor.int64Data.map(Number)
  return Array.from(new BigInt64Array(Uint8Array.from(tensor.rawData).buffer), Number)
}
