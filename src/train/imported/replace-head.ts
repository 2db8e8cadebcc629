import { AppError } from '../../core/errors.ts'
import { createRandom } from '../../core/random.ts'
import { makeInt64s, makeValueInfo, shapeOf } from '../../onnx/edit-nodes.ts'
import { freshNames } from '../../onnx/edit-walk.ts'
import { elementTypes } from '../../onnx/element-type.ts'
import type { GraphProto, ModelProto, NodeProto } from '../../onnx/proto/onnx_pb.ts'
import { makeTensor, sizesOf } from '../../onnx/tensor-data.ts'
import { unsupportedNode } from './node-reader.ts'
import { readTensor } from './operand.ts'

/** Nodes between the last layer and the output that do not mix labels. */
const passing = ['Identity', 'Cast', 'ReduceMean', 'Gather']

/**
 * Puts a new last layer in place of a classifier's: the Gemm or MatMul (with its Add) that makes the scores, found
 * from the output backwards, also inside a Scan over the batch. The bias becomes 0, the weights small random numbers.
 * The model is changed.
 *
 * @throws AppError TRAIN_UNSUPPORTED_OP when the output is made in another way; the message has the node.
 */
export function replaceHead(model: ModelProto, { labels, seed }: { labels: number; seed: number }): void {
  const outer = model.graph!
  const fresh = freshNames(outer)
  const scan = outer.node.find(
    ({ opType, output }) => opType === 'Scan' && output.includes(outer.output[0]!.name),
  )
  const graph = scan?.attribute.find(({ name }) => name === 'body')?.g ?? outer
  const { matrix, adder, shapes } = findHead(graph)
  const old = tensorOf(graph, matrix.input[1]!)!
  const turned =
    matrix.opType === 'Gemm' && Number(matrix.attribute.find(({ name }) => name === 'transB')?.i ?? 0) === 1
  const features = sizesOf(old)[turned ? 1 : 0]!
  for (const node of shapes) {
    const sizes = Array.from(readTensor(tensorOf(graph, node.input[1]!)!).data)
    node.input[1] = fresh('head.shape')
    graph.initializer.push(makeInt64s(node.input[1], sizes.with(-1, labels)))
  }

  const random = createRandom(seed)
  // Box and Muller (1958)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  const add = (name: string, values: Float32Array, dims: number[]) => {
    const made = fresh(name)
    graph.initializer.push(makeTensor(made, 'float32', values, dims))
    return made
  }
  const weight = Float32Array.from({ length: features * labels }, () => 0.01 * normal())
  matrix.input[1] = add('head.weight', weight, turned ? [labels, features] : [features, labels])
  const zeros = new Float32Array(labels)
  if (matrix.opType === 'Gemm') matrix.input[2] = add('head.bias', zeros, [labels])
  if (adder) adder.input[biasOf(graph, adder)] = add('head.bias', zeros, [labels])

  const used = new Set([...graph.node.flatMap(({ input }) => input), ...graph.output.map(({ name }) => name)])
  graph.initializer = graph.initializer.filter(({ name }) => used.has(name))
  // Shapes that the file states of inner values may be those of the old head.
  for (const each of new Set([outer, graph])) {
    each.valueInfo = []
    const [output] = each.output
    const dims = shapeOf(output!)?.dims ?? ['clips', labels]
    each.output[0] = makeValueInfo(output!.name, elementTypes.float32, dims.with(-1, labels))
  }
}

/** The node with the matrix, the one that adds its bias, and Reshapes after it that state the number of labels. */
function findHead(graph: GraphProto): { matrix: NodeProto; adder: NodeProto | null; shapes: NodeProto[] } {
  const shapes: NodeProto[] = []
  let adder: NodeProto | null = null
  let name = graph.output[0]!.name
  for (;;) {
    const node = graph.node.find(({ output }) => output.includes(name))
    if (!node) throw new AppError('MODEL_GRAPH', 'no matrix of weights makes the output')
    const isMatrix = node.opType === 'Gemm' || node.opType === 'MatMul'
    if (isMatrix && tensorOf(graph, node.input[1]!)) return { matrix: node, adder, shapes }
    const bias = node.opType === 'Add' ? biasOf(graph, node) : -1
    if (bias >= 0 && !adder) adder = node
    else if (node.opType === 'Reshape' && tensorOf(graph, node.input[1]!)) shapes.push(node)
    else if (!passing.includes(node.opType))
      throw unsupportedNode(node, 'the output is not made by one matrix, so that there is no head to replace')
    name = node.input[bias === 0 ? 1 : 0]!
  }
}

const biasOf = (graph: GraphProto, { input }: NodeProto) =>
  input.findIndex((name) => tensorOf(graph, name) !== null)

/** The initializer that a name stands for, itself or through an Identity; null for what is computed. */
function tensorOf(graph: GraphProto, name: string) {
  const found = graph.initializer.find((tensor) => tensor.name === name)
  if (found) return found
  const node = graph.node.find(({ opType, output }) => opType === 'Identity' && output[0] === name)
  return node ? (graph.initializer.find((tensor) => tensor.name === node.input[0]) ?? null) : null
}
