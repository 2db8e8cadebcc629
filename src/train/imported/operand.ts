import { AppError } from '../../core/errors.ts'
import { type ElementType, elementTypeName } from '../../onnx/element-type.ts'
import type { TensorProto } from '../../onnx/proto/onnx_pb.ts'
import { sizesOf } from '../../onnx/tensor-data.ts'
import type { Tape, Value } from '../autodiff/tape.ts'

/** A tensor whose numbers are known while the graph is read: shapes, axes, masks. Truth values are 0 and 1. */
export interface Known {
  readonly kind: 'known'
  readonly type: ElementType
  readonly dims: readonly number[]
  readonly data: ArrayLike<number>
}

/** A tensor that exists only when the graph runs. */
export interface Traced {
  readonly kind: 'traced'
  readonly type: ElementType
  readonly value: Value
  /** Its shape with a free batch, whatever batch is being built for: what rules reason with. */
  readonly free: readonly number[]
}

export type Operand = Known | Traced

/**
 * What stands for a free batch in known numbers, so that arithmetic on shapes can go on: a prime that divides no
 * size of a real tensor. On the tape a free batch is -1, and eight batches are -8.
 */
const batchMark = 1_000_003

/** Sizes of the tape as known numbers. */
export const toMarked = (size: number): number => (size < 0 ? -size * batchMark : size)
/** Known numbers as sizes of the tape. */
export const fromMarked = (size: number): number =>
  size > 0 && size % batchMark === 0 ? -size / batchMark : size

export const known = (type: ElementType, dims: readonly number[], data: ArrayLike<number>): Known => ({
  kind: 'known',
  type,
  dims,
  data,
})

export const traced = (value: Value, type: ElementType = 'float32'): Traced => ({
  kind: 'traced',
  type,
  value,
  free: value.shape,
})

/** Sizes with a free batch, in the tape's notation. */
export const shapeOf = (operand: Operand): readonly number[] =>
  operand.kind === 'known' ? operand.dims : operand.free

/** @throws AppError MODEL_GRAPH for types that no rule reads, and for data in other files. */
export function readTensor(tensor: TensorProto): Known {
  const type = elementTypeName(tensor.dataType) as ElementType
  const dims = sizesOf(tensor)
  const raw = Uint8Array.from(tensor.rawData).buffer
  const inFile = raw.byteLength > 0
  const refuse = (reason: string) => new AppError('MODEL_GRAPH', `initializer ${tensor.name}: ${reason}`)
  if (tensor.dataLocation !== 0) throw refuse('its numbers are in another file; save the model as one file')
  switch (type) {
    case 'float32':
      return known(type, dims, inFile ? new Float32Array(raw) : Float32Array.from(tensor.floatData))
    case 'float64':
      return known(type, dims, inFile ? new Float64Array(raw) : tensor.doubleData)
    case 'float16':
      if (!inFile) throw refuse('16-bit numbers that are not raw cannot be read')
      return known(type, dims, Float32Array.from(new Float16Array(raw)))
    case 'int64':
      return known(type, dims, Array.from(inFile ? new BigInt64Array(raw) : tensor.int64Data, Number))
    case 'int32':
      return known(type, dims, inFile ? new Int32Array(raw) : tensor.int32Data)
    case 'bool':
    case 'uint8':
      return known(type, dims, inFile ? new Uint8Array(raw) : tensor.int32Data)
    case 'int8':
      return known(type, dims, inFile ? new Int8Array(raw) : tensor.int32Data)
    default:
      throw refuse(`${type} is not read`)
  }
}

/** The operand as a value on the tape. */
export function lift(tape: Tape, operand: Operand): Value {
  if (operand.kind === 'traced') return operand.value
  const { graph } = tape
  const { type, dims, data } = operand
  if (dims.some((size) => fromMarked(size) < 0))
    throw new AppError('BUG_UNEXPECTED', 'a constant that grows with the batch was put into the graph')
  const shape = [...dims]
  switch (type) {
    case 'int64':
      return tape.constant(graph.i64(Array.from(data), shape), shape)
    case 'uint8':
      return tape.constant(graph.u8(Uint8Array.from(data), shape), shape)
    case 'bool':
      return tape.constant(graph.op('Cast', [graph.u8(Uint8Array.from(data), shape)], { to: 9 }), shape)
    case 'float32':
      return tape.constant(
        graph.f32(data instanceof Float32Array ? data : Float32Array.from(data), shape),
        shape,
      )
    default:
      throw new AppError(
        'TRAIN_UNSUPPORTED_OP',
        `a constant of type ${type} cannot be computed with while training`,
      )
  }
}
