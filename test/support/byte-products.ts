import { type NodeProto, TensorProto_DataType } from '../../src/onnx/proto/onnx_pb.ts'
import { readModel } from '../../src/onnx/read-model.ts'

/** Constant 8-bit weights of one product or convolution of a graph, for each output channel those that are added up. */
export interface ByteWeights {
  readonly name: string
  readonly channels: readonly Int8Array[]
}

/** All signed 8-bit weights that a quantised graph multiplies with activations: MatMulInteger, and Conv, MatMul and Gemm behind DequantizeLinear. */
export function byteWeightsOf(model: Uint8Array): ByteWeights[] {
  const graph = readModel(model).graph!
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  const made = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)))
  const constantOf = (name: string) => {
    const from = made.get(name)
    return tensors.get(from?.opType === 'DequantizeLinear' ? from.input[0]! : name)
  }
  const multiplies = (node: NodeProto) => ['MatMulInteger', 'MatMul', 'Gemm', 'Conv'].includes(node.opType)
  return graph.node.filter(multiplies).flatMap((node) => {
    const tensor = constantOf(node.input[1]!)
    if (!tensor || tensor.dataType !== TensorProto_DataType.INT8) return []
    const bytes = new Int8Array(tensor.rawData.slice().buffer)
    const sizes = tensor.dims.map(Number)
    const channels = node.opType === 'Conv' ? rowsOf(bytes, sizes[0]!) : columnsOf(bytes, sizes.at(-1)!)
    return [{ name: tensor.name, channels }]
  })
}

function rowsOf(bytes: Int8Array, count: number): Int8Array[] {
  const length = bytes.length / count
  return Array.from({ length: count }, (_, n) => bytes.subarray(n * length, (n + 1) * length))
}

function columnsOf(bytes: Int8Array, count: number): Int8Array[] {
  return Array.from({ length: count }, (_, n) => bytes.filter((_value, at) => at % count === n))
}

/**
 * The sum of largest size of two products of a channel's weights with bytes, whichever two a kernel adds up and whatever
 * the activations are.
 */
export function worstPair({ channels }: ByteWeights): number {
  let worst = 0
  for (const weights of channels) {
    const sorted = weights.slice().sort()
    const low = (sorted[0] ?? 0) + Math.min(0, sorted[1] ?? 0)
    const high = (sorted.at(-1) ?? 0) + Math.max(0, sorted.at(-2) ?? 0)
    worst = Math.max(worst, 255 * high, -255 * low)
  }
  return worst
}

export const largestInt16 = 32_767

/**
 * A sum of products as a processor without VNNI makes it: pairs of products are added up in 16 bits, and what does not fit
 * is cut off (vpmaddubsw); the pairs are added up in 32 bits.
 */
export function saturatingDot(activations: Uint8Array, weights: Int8Array): number {
  let sum = 0
  for (let at = 0; at < weights.length; at += 2) {
    const pair = activations[at]! * weights[at]! + (activations[at + 1] ?? 0) * (weights[at + 1] ?? 0)
    sum += Math.max(-32_768, Math.min(largestInt16, pair))
  }
  return sum
}

export function exactDot(activations: Uint8Array, weights: Int8Array): number {
  return weights.reduce((sum, weight, at) => sum + weight * activations[at]!, 0)
}
