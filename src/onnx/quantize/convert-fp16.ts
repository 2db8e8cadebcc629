import { toBinary } from '@bufbuild/protobuf'
import { makeNode } from '../edit/edit-nodes.ts'
import { freshNames, walkGraphs } from '../edit/edit-walk.ts'
import { elementTypes } from '../element-type.ts'
import { inferTypes } from '../infer-types.ts'
import { type GraphProto, ModelProtoSchema, type NodeProto } from '../proto/onnx_pb.ts'
import { floatsOf, makeTensor, sizesOf } from '../tensor-data.ts'
import { openForQuantizing, type QuantizeReport } from './quantize-nodes.ts'
import { dropUnusedConstants } from './split-gemms.ts'

/** Where half precision pays. */
const heavy = new Set(['MatMul', 'Gemm', 'Conv', 'ConvTranspose'])
/**
 * What goes on in half precision when all that it reads is half already. Everything else stays float: sums of squares
 * (norms, ReduceMean), softmax, exponentials and logarithms lose or overflow, since half ends at 65504.
 */
const follows = new Set(
  'Add Sub Mul Div Erf Gelu Relu Tanh Identity Reshape Transpose Squeeze Unsqueeze Slice Concat Expand MaxPool'.split(
    ' ',
  ),
)
const largestHalf = 65504

/**
 * Converts products, convolutions and what lies between them to half precision, for GPUs. Inputs and outputs of the
 * graph keep their types; casts are put where the precision changes. A node whose weights do not fit into half
 * precision (beyond ±65504) stays float, as do the nodes whose weights are named in `keep`. Throws MODEL_GRAPH.
 */
export function convertFp16(
  model: Uint8Array,
  { keep = [] }: { readonly keep?: readonly string[] } = {},
): { model: Uint8Array; report: QuantizeReport } {
  const { proto, graph } = openForQuantizing(model, 13)
  const fresh = freshNames(graph)
  const types = inferTypes(graph)
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  /** Names of values in half precision, by their name in the float graph. */
  const halves = new Map<string, string>()
  const floatsToo = new Set<string>()
  const converted: string[] = []
  let worst = 0

  const isFloat = (name: string) => types.get(name) === elementTypes.float32
  const fits = (name: string) => {
    const tensor = constants.get(name)
    const values = tensor && floatsOf(tensor)
    return values ? values.every((value) => Math.abs(value) <= largestHalf) : tensor === undefined
  }
  const wanted = (node: NodeProto): boolean => {
    const floats = node.input.filter(isFloat)
    if (node.domain !== '' || node.output.length !== 1 || !isFloat(node.output[0]!)) return false
    if (floats.length === 0 || !floats.every(fits) || floats.some((name) => keep.includes(name))) return false
    if (heavy.has(node.opType)) return true
    const made = floats.filter((name) => !constants.has(name))
    return follows.has(node.opType) && made.length > 0 && made.every((name) => halves.has(name))
  }
  const halfConstant = (name: string): string => {
    const tensor = constants.get(name)!
    const values = floatsOf(tensor)!
    const half = Float16Array.from(values)
    let [error, power] = [0, 0]
    for (const [n, value] of values.entries()) {
      error += (half[n]! - value) ** 2
      power += value ** 2
    }
    if (power > 0) worst = Math.max(worst, Math.sqrt(error / power))
    const made = fresh(`${name}_fp16`)
    const bits = new Uint16Array(half.buffer)
    graph.initializer.push(makeTensor(made, 'float16', bits, sizesOf(tensor)))
    return made
  }

  const nodes: NodeProto[] = []
  const asHalf = (name: string): string => {
    const known = halves.get(name)
    if (known !== undefined) return known
    const made = constants.has(name) ? halfConstant(name) : fresh(`${name}_fp16`)
    if (!constants.has(name)) nodes.push(makeNode('Cast', [name], [made], { to: elementTypes.float16 }))
    halves.set(name, made)
    return made
  }
  const asFloat = (name: string): void => {
    const half = halves.get(name)
    if (half === undefined || !madeHalf.has(name) || floatsToo.has(name)) return
    floatsToo.add(name)
    nodes.push(makeNode('Cast', [half], [name], { to: elementTypes.float32 }))
  }
  /** Values whose node runs in half precision: as floats they are there only after a cast. */
  const madeHalf = new Set<string>()
  for (const node of graph.node) {
    if (wanted(node)) {
      if (heavy.has(node.opType)) converted.push(node.input[1]!)
      node.input = node.input.map((name) => (isFloat(name) ? asHalf(name) : name))
      const output = node.output[0]!
      const half = fresh(`${output}_fp16`)
      node.output = [half]
      halves.set(output, half)
      madeHalf.add(output)
    } else for (const name of readsOf(node)) asFloat(name)
    nodes.push(node)
  }
  for (const { name } of graph.output) asFloat(name)
  graph.node = nodes
  // What the file says of inner values is no longer true of all of them.
  graph.valueInfo = []
  dropUnusedConstants(graph)
  const bytes = toBinary(ModelProtoSchema, proto)
  return {
    model: bytes,
    report: { converted, worstWeightError: worst, bytesBefore: model.length, bytesAfter: bytes.length },
  }
}

/** What a node reads, the graphs inside it included. */
function readsOf(node: NodeProto): Set<string> {
  const names = new Set(node.input)
  const visit = (graph: GraphProto) => {
    for (const inner of walkGraphs(graph)) {
      for (const { input } of inner.node) for (const name of input) names.add(name)
      for (const { name } of inner.output) names.add(name)
    }
  }
  for (const { g, graphs } of node.attribute) for (const each of g ? [g, ...graphs] : graphs) visit(each)
  return names
}
