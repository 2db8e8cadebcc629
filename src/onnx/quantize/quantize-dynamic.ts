import { toBinary } from '@bufbuild/protobuf'
import { makeNode } from '../edit/edit-nodes.ts'
import { freshNames } from '../edit/edit-walk.ts'
import { elementTypes } from '../element-type.ts'
import { ModelProtoSchema, type NodeProto } from '../proto/onnx_pb.ts'
import { makeTensor } from '../tensor-data.ts'
import { openForQuantizing, type QuantizeReport, weightOf } from './quantize-nodes.ts'
import { quantizeWeights } from './quantize-weights.ts'
import { dropUnusedConstants, splitGemms } from './split-gemms.ts'

export interface QuantizeSettings {
  /**
   * Weights of 7 bits; true when left out: a processor without VNNI adds two products in 16 bits, which 8-bit weights
   * overflow, and a model goes to other machines than the one that made it.
   */
  readonly sevenBits?: boolean
  /** Matrices and kernels with fewer weights stay float: the conversion would cost more than it saves. */
  readonly leastWeights?: number
  /** Names of weights that stay float, such as a head that suffers. */
  readonly keep?: readonly string[]
}

/**
 * Dynamic quantisation: products of activations with constant matrices run on 8-bit whole numbers. Weights are
 * quantised here, by output channel; activations while the model runs, from the range that they then have, so that
 * no calibration is needed. Only standard operators (DynamicQuantizeLinear, MatMulInteger), which ONNX Runtime
 * joins into one. `model` is ONNX bytes and stays as it is. Throws MODEL_GRAPH for bytes that are no model and for a
 * model that is quantised already.
 */
export function quantizeDynamic(
  model: Uint8Array,
  settings: QuantizeSettings = {},
): { model: Uint8Array; report: QuantizeReport } {
  const { proto, graph } = openForQuantizing(model, 11)
  const fresh = freshNames(graph)
  splitGemms(graph, fresh)
  const before = model.length
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  /** Quantised activations, weights: several products may share both. */
  const activations = new Map<string, readonly [values: string, scale: string, zero: string]>()
  const weights = new Map<string, readonly [values: string, scales: string]>()
  const converted: string[] = []
  let worst = 0

  graph.node = graph.node.flatMap((node): NodeProto[] => {
    const weight = node.opType === 'MatMul' ? weightOf(node, constants, settings) : null
    if (!weight) return [node]
    const nodes: NodeProto[] = []
    const input = node.input[0]!
    let activation = activations.get(input)
    if (!activation) {
      activation = [fresh(`${input}_u8`), fresh(`${input}_scale`), fresh(`${input}_zero`)]
      nodes.push(makeNode('DynamicQuantizeLinear', [input], [...activation]))
      activations.set(input, activation)
    }
    let matrix = weights.get(weight.name)
    if (!matrix) {
      const { values, scales, relativeError } = quantizeWeights(
        weight.values,
        weight.layout,
        settings.sevenBits ?? true,
      )
      matrix = [fresh(`${weight.name}_i8`), fresh(`${weight.name}_scale`)]
      graph.initializer.push(
        makeTensor(matrix[0], 'int8', values, weight.dims),
        makeTensor(matrix[1], 'float32', scales, [scales.length]),
      )
      weights.set(weight.name, matrix)
      worst = Math.max(worst, relativeError)
    }
    const output = node.output[0]!
    const [sum, float, scale] = ['i32', 'f32', 'scales'].map((part) => fresh(`${output}_${part}`))
    nodes.push(
      makeNode('MatMulInteger', [activation[0], matrix[0], activation[2]], [sum!]),
      makeNode('Cast', [sum!], [float!], { to: elementTypes.float32 }),
      makeNode('Mul', [activation[1], matrix[1]], [scale!]),
      makeNode('Mul', [float!, scale!], [output]),
    )
    converted.push(weight.name)
    return nodes
  })
  dropUnusedConstants(graph)
  const bytes = toBinary(ModelProtoSchema, proto)
  return {
    model: bytes,
    report: { converted, worstWeightError: worst, bytesBefore: before, bytesAfter: bytes.length },
  }
}
