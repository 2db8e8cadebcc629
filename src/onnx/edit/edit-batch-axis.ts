import type { GraphProto, NodeProto, TensorProto } from '../proto/onnx_pb.ts'
import { followBatch } from './edit-batch-rules.ts'
import { constantValue, tensorValue, type Value } from './edit-batch-values.ts'
import { makeInt64s } from './edit-nodes.ts'
import { walkGraphs } from './edit-walk.ts'

/**
 * Lifts the fixed batch of one from a graph when every node between `input` and the outputs is known to treat
 * the elements of a batch alone. Reshapes to [1, …] are changed to keep axis 0. Returns null when that was
 * done, else why not (naming the node); the graph is then as it was. Shapes of inputs and outputs are left to
 * the caller.
 */
export function liftFixedBatch(
  graph: GraphProto,
  plan: {
    readonly input: string
    readonly rank: number
    readonly opset: number
    readonly fresh: (wanted: string) => string
  },
): string | null {
  const values = new Map<string, Value>()
  for (const tensor of graph.initializer) values.set(tensor.name, tensorValue(tensor))
  for (const sparse of graph.sparseInitializer) values.set(sparse.values?.name ?? '', unknown)
  values.set(plan.input, { batch: true, rank: plan.rank })
  const edits: { node: NodeProto; shape: TensorProto }[] = []
  for (const node of graph.node) {
    const early = node.input.find((name) => name !== '' && !values.has(name))
    if (early !== undefined) return `${nodeText(node)}: its input "${early}" is made after it or nowhere`
    const inputs = node.input.map((name) => (name === '' ? null : values.get(name)!))
    const outcome = inputs.some((value) => value?.batch)
      ? followBatch({
          node,
          inputs,
          opset: plan.opset,
          keepAxis0: (shape) =>
            edits.push({ node, shape: makeInt64s(plan.fresh('vireo_shape'), [0, ...shape.slice(1)]) }),
        })
      : withoutBatch(node, inputs)
    if (typeof outcome === 'string') return `${nodeText(node)}: ${outcome}`
    for (const name of node.output) values.set(name, outcome)
  }
  const constant = graph.output.find(({ name }) => !values.get(name)?.batch)
  if (constant) return `output "${constant.name}" has no batch axis`
  for (const { node, shape } of edits) {
    graph.initializer.push(shape)
    const replaced = node.input[1]!
    node.input[1] = shape.name
    if (!isUsed(graph, replaced))
      graph.initializer = graph.initializer.filter(({ name }) => name !== replaced)
  }
  graph.valueInfo = []
  return null
}

function isUsed(graph: GraphProto, name: string): boolean {
  const asOutput = graph.output.some((output) => output.name === name)
  return (
    asOutput || [...walkGraphs(graph)].some((each) => each.node.some((node) => node.input.includes(name)))
  )
}

const nodeText = (node: NodeProto) => `${node.opType} node "${node.name || node.output[0]}"`

const unknown: Value = { batch: false, rank: null }

/** Nodes that make constants. One with an inner graph may read the input unseen, so it is not followed. */
function withoutBatch(node: NodeProto, inputs: readonly (Value | null)[]): Value | string {
  if (node.attribute.some((attribute) => attribute.g || attribute.graphs.length > 0))
    return 'has an inner graph'
  if (node.opType === 'Constant') return constantValue(node)
  const [first] = inputs
  const keepsShape =
    node.opType === 'DequantizeLinear' || node.opType === 'Cast' || node.opType === 'Identity'
  if (!keepsShape || !first) return unknown
  const { numbers: _, ...shape } = first
  return node.opType === 'DequantizeLinear' ? shape : first
}
