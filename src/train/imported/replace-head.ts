import { AppError } from '../../core/errors.ts'
import { createRandom } from '../../core/random.ts'
import { makeValueInfo, shapeOf } from '../../onnx/edit-nodes.ts'
import { freshNames } from '../../onnx/edit-walk.ts'
import { elementTypes } from '../../onnx/element-type.ts'
import type { GraphProto, ModelProto, NodeProto } from '../../onnx/proto/onnx_pb.ts'
import { makeTensor, sizesOf } from '../../onnx/tensor-data.ts'
import { unsupportedNode } from './node-reader.ts'

/**
 * Puts a new last layer in place of a classifier's: the Gemm or MatMul (with its Add) that makes the scores, found
 * from the output backwards. The bias becomes 0, the weights small random numbers. The model is changed.
 *
 * @throws AppError TRAIN_UNSUPPORTED_OP when the output is made in another way; the message has the node.
 */
export function replaceHead(model: ModelProto, { labels, seed }: { labels: number; seed: number }): void {
  const graph = model.graph!
  const maker = (name: string) => graph.node.find(({ output }) => output.includes(name))
  const initializer = (name: string) => graph.initializer.find((tensor) => tensor.name === name)
  const fresh = freshNames(graph)
  const [output] = graph.output
  let node = maker(output!.name)
  let adder: NodeProto | null = null
  while (node && node.opType !== 'Gemm' && node.opType !== 'MatMul') {
    const bias: number = node.input.findIndex((name) => origin(graph, name) !== null)
    if (node.opType === 'Add' && bias >= 0) adder = node
    else if (!['Identity', 'Cast'].includes(node.opType))
      throw unsupportedNode(node, 'the output is not made by one matrix, so that there is no head to replace')
    node = maker(node.input[node === adder ? 1 - bias : 0]!)
  }
  const old = node && initializer(origin(graph, node.input[1]!) ?? '')
  if (!node || !old) throw new AppError('MODEL_GRAPH', 'no matrix of weights makes the output')
  const turned =
    node.opType === 'Gemm' && Number(node.attribute.find(({ name }) => name === 'transB')?.i ?? 0) === 1
  const features = sizesOf(old)[turned ? 1 : 0]!

  const random = createRandom(seed)
  // Box and Muller (1958)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
  const weight = Float32Array.from({ length: features * labels }, () => 0.01 * normal())
  const add = (name: string, values: Float32Array, dims: number[]) => {
    const made = fresh(name)
    graph.initializer.push(makeTensor(made, 'float32', values, dims))
    return made
  }
  node.input[1] = add('head.weight', weight, turned ? [labels, features] : [features, labels])
  const bias = add('head.bias', new Float32Array(labels), [labels])
  if (node.opType === 'Gemm') node.input[2] = bias
  if (adder) adder.input[adder.input.findIndex((name) => origin(graph, name) !== null)] = bias
  else if (node.opType === 'MatMul') graph.initializer.pop()
  const used = new Set(graph.node.flatMap(({ input }) => input))
  graph.initializer = graph.initializer.filter(({ name }) => used.has(name))
  // Shapes that the file states of inner values may be those of the old head.
  graph.valueInfo = []
  const shape = shapeOf(output!)
  graph.output = [makeValueInfo(output!.name, elementTypes.float32, [shape?.dims?.[0] ?? 'clips', labels])]
}

/** The initializer that a name stands for, itself or through an Identity; null for what is computed. */
function origin(graph: GraphProto, name: string): string | null {
  if (graph.initializer.some((tensor) => tensor.name === name)) return name
  const node = graph.node.find(({ output }) => output[0] === name)
  return node?.opType === 'Identity' ? origin(graph, node.input[0]!) : null
}
