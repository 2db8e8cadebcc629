import { AppError } from '../../core/errors.ts'
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../proto/onnx_pb.ts'
import { readModel } from '../read-model.ts'
import { floatsOf, sizesOf } from '../tensor-data.ts'
import type { ChannelLayout } from './quantize-weights.ts'

/** What a quantisation did. */
export interface QuantizeReport {
  /** Names of the weights of the nodes that now run on 8 bits. */
  readonly converted: readonly string[]
  /** Relative error of the worst weights; see quantizeWeights. */
  readonly worstWeightError: number
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/** Fewer weights than this are not worth the conversion of their activations. */
export const leastWeights = 1024

/** A constant matrix or kernel of a node, with where its output channels lie. */
export interface Weight {
  readonly name: string
  readonly values: Float32Array
  readonly dims: readonly number[]
  readonly axis: number
  readonly layout: ChannelLayout
}

const quantized =
  /^(Dynamic)?QuantizeLinear$|^DequantizeLinear$|^(MatMul|Conv)Integer|^QLinear|^QGemm$|^DynamicQuantize/

/** Parses a model that is to be quantised. Throws MODEL_GRAPH when it is too old or quantised already. */
export function openForQuantizing(
  model: Uint8Array,
  leastOpset: number,
): { proto: ModelProto; graph: GraphProto } {
  const proto = readModel(model)
  const graph = proto.graph!
  const done = graph.node.find(({ opType }) => quantized.test(opType))
  if (done)
    throw new AppError(
      'MODEL_GRAPH',
      `the graph is quantised already: node ${done.name || done.output[0]} is ${done.opType}; quantise the float model that it was made from`,
      { details: { node: done.name, opType: done.opType } },
    )
  const opset = Number(proto.opsetImport.find(({ domain }) => domain === '')?.version ?? 0)
  if (opset < leastOpset)
    throw new AppError(
      'MODEL_GRAPH',
      `the graph has opset ${opset}, quantising needs ${leastOpset}; export it anew`,
      { details: { opset, leastOpset } },
    )
  return { proto, graph }
}

/**
 * The weights of a MatMul or plain Gemm (a constant second factor of rank 2) or a Conv; null when there is nothing to
 * quantise.
 */
export function weightOf(
  node: NodeProto,
  constants: ReadonlyMap<string, TensorProto>,
  settings: { readonly leastWeights?: number; readonly keep?: readonly string[] },
): Weight | null {
  const isMatrix = node.opType === 'MatMul' || (node.opType === 'Gemm' && node.attribute.length === 0)
  if (node.domain !== '' || !(isMatrix || node.opType === 'Conv')) return null
  const name = node.input[1]!
  const tensor = constants.get(name)
  if (!tensor || settings.keep?.includes(name)) return null
  const dims = sizesOf(tensor)
  if (isMatrix && dims.length !== 2) return null
  const axis = isMatrix ? 1 : 0
  const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1)
  if (product(dims) < (settings.leastWeights ?? leastWeights)) return null
  const values = floatsOf(tensor)
  if (!values) return null
  return {
    name,
    values,
    dims,
    axis,
    layout: {
      outer: product(dims.slice(0, axis)),
      channels: dims[axis]!,
      inner: product(dims.slice(axis + 1)),
    },
  }
}
