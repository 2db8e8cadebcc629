import { AppError } from '../../core/errors.ts'
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../../onnx/proto/onnx_pb.ts'
import { unsupportedNode } from './node-reader.ts'

/** Nodes between the last layer and the output that do not mix labels. */
const passing = ['Identity', 'Cast', 'ReduceMean', 'Gather']

/** Where a classifier makes its scores. */
export interface Head {
  /** The graph that has it: the model's own, or the body of a Scan over the batch. */
  readonly graph: GraphProto
  /** The Scan with that body, or null. */
  readonly scan: NodeProto | null
  /** The Gemm or MatMul with the matrix of weights; its first input is what the head sees. */
  readonly matrix: NodeProto
  /** The node that adds the bias, where the matrix has none of its own. */
  readonly adder: NodeProto | null
  /** Reshapes after it that state the number of labels. */
  readonly shapes: readonly NodeProto[]
}

/**
 * The last layer of a classifier, found from the output backwards, also inside a Scan over the batch.
 *
 * @throws AppError TRAIN_UNSUPPORTED_OP when the output is made in another way; the message has the node.
 */
export function findHead(model: ModelProto): Head {
  const outer = model.graph!
  const made = outer.output[0]!.name
  const scan = outer.node.find(({ opType, output }) => opType === 'Scan' && output.includes(made)) ?? null
  const graph = scan?.attribute.find(({ name }) => name === 'body')?.g ?? outer
  const shapes: NodeProto[] = []
  let adder: NodeProto | null = null
  let name = graph.output[0]!.name
  for (;;) {
    const node = graph.node.find(({ output }) => output.includes(name))
    if (!node) throw new AppError('MODEL_GRAPH', 'no matrix of weights makes the output')
    const isMatrix = node.opType === 'Gemm' || node.opType === 'MatMul'
    if (isMatrix && tensorOf(graph, node.input[1]!)) return { graph, scan, matrix: node, adder, shapes }
    const bias = node.opType === 'Add' ? biasOf(graph, node) : -1
    if (bias >= 0 && !adder) adder = node
    else if (node.opType === 'Reshape' && tensorOf(graph, node.input[1]!)) shapes.push(node)
    else if (!passing.includes(node.opType))
      throw unsupportedNode(
        node,
        'the output is not made by one matrix, so that there is no head to replace',
        'Export the logits of a classifier whose last layer is linear.',
      )
    name = node.input[bias === 0 ? 1 : 0]!
  }
}

/** Which input of an Add is constant. */
export const biasOf = (graph: GraphProto, { input }: NodeProto) =>
  input.findIndex((name) => tensorOf(graph, name) !== null)

/** The initializer that a name stands for, itself or through an Identity; null for what is computed. */
export function tensorOf(graph: GraphProto, name: string): TensorProto | null {
  const found = graph.initializer.find((tensor) => tensor.name === name)
  if (found) return found
  const node = graph.node.find(({ opType, output }) => opType === 'Identity' && output[0] === name)
  return node ? (graph.initializer.find((tensor) => tensor.name === node.input[0]) ?? null) : null
}
