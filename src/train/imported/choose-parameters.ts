import { elementTypes } from '../../onnx/element-type.ts'
import type { GraphProto, NodeProto, TensorProto } from '../../onnx/proto/onnx_pb.ts'
import { floatsOf, sizesOf } from '../../onnx/tensor-data.ts'
import type { ParameterSpec } from '../autodiff/parameters.ts'

/** A tensor of the graph that is trained. */
export interface ImportedParameter extends ParameterSpec {
  /** The graph's numbers: where training starts. */
  readonly values: Float32Array
  /**
   * The Identity node whose output has the parameter's name, where the exporter stored equal tensors once; such
   * parameters are trained apart. Null for a tensor of its own.
   */
  readonly alias: NodeProto | null
}

/** Inputs by position that hold weights, for operators whose other inputs hold settings. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [1, 2],
  Pow: [0],
  Clip: [0],
  Where: [],
  Dropout: [0],
  Pad: [0],
  Resize: [0],
  QuantizeLinear: [],
  DequantizeLinear: [],
  DynamicQuantizeLinear: [],
}
/** Operators that rearrange or scale pixels: what goes into them before any weight is preprocessing. */
const preparing = [
  'Cast',
  'Reshape',
  'Transpose',
  'Mul',
  'Add',
  'Sub',
  'Div',
  'Gather',
  'Unsqueeze',
  'Squeeze',
  'Identity',
  'Slice',
  'Concat',
]
const matrices = ['MatMul', 'Gemm', 'Conv']
/** Such numbers hide something in a sum: they belong to a mask. */
const hides = (value: number) => !(value > -1e4)

/**
 * Which tensors of a graph are its weights: float32, more than one number, used as more than a setting, no mask and
 * no part of the preparation of pixels. A graph does not say which were trained: fixed tables of positions are found
 * too; freeze those by a rate of 0.
 */
export function chooseParameters(graph: GraphProto): ImportedParameter[] {
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  const prepared = preparation(graph)
  const aliases = new Map<string, NodeProto>()
  const uses = new Map<string, string[]>()
  for (const node of graph.node) {
    const [input, output] = [node.input[0]!, node.output[0]!]
    if (node.opType === 'Identity' && tensors.has(input)) {
      aliases.set(output, node)
      continue
    }
    node.input.forEach((name, index) => {
      const counts = weightInputs[node.opType]?.includes(index) ?? true
      if (name !== '' && counts) uses.set(name, [...(uses.get(name) ?? []), node.opType])
    })
  }
  const parameters: ImportedParameter[] = []
  const take = (name: string, tensor: TensorProto, alias: NodeProto | null) => {
    const used = uses.get(name)
    const shape = sizesOf(tensor)
    if (!used || prepared.has(name) || tensor.dataType !== elementTypes.float32) return
    const values = floatsOf(tensor)
    if (!values || values.length < 2 || values.some(hides)) return
    const decay = used.some((operator) => matrices.includes(operator)) && shape.length > 1
    parameters.push({ name, shape, deviation: 0, decay, values, alias })
  }
  for (const [name, tensor] of tensors) take(name, tensor, null)
  for (const [name, node] of aliases) take(name, tensors.get(node.input[0]!)!, node)
  return parameters
}

/** Names of constants that prepare pixels: combined with what comes from the input alone. */
function preparation(graph: GraphProto): Set<string> {
  const constants = new Set(graph.initializer.map(({ name }) => name))
  const raw = new Set(graph.input.map(({ name }) => name))
  const found = new Set<string>()
  for (const { opType, input, output } of graph.node) {
    const rest = input.filter((name) => name !== '' && !constants.has(name))
    if (!preparing.includes(opType) || rest.length === 0 || !rest.every((name) => raw.has(name))) continue
    for (const name of input) if (constants.has(name)) found.add(name)
    for (const name of output) raw.add(name)
  }
  return found
}
