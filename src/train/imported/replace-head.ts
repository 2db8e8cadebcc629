import { createRandom } from '../../core/random.ts'
import { makeInt64s, makeValueInfo, shapeOf } from '../../onnx/edit/edit-nodes.ts'
import { freshNames } from '../../onnx/edit/edit-walk.ts'
import { elementTypes } from '../../onnx/element-type.ts'
import type { ModelProto } from '../../onnx/proto/onnx_pb.ts'
import { makeTensor, sizesOf } from '../../onnx/tensor-data.ts'
import { biasOf, findHead, tensorOf } from './find-head.ts'
import { readTensor } from './operand.ts'

/**
 * Puts a new last layer in place of a classifier's (findHead). The bias becomes 0, the weights small random numbers. The
 * model is changed.
 *
 * @throws AppError TRAIN_UNSUPPORTED_OP when the output is made in another way; the message has the node.
 */
export function replaceHead(model: ModelProto, { labels, seed }: { labels: number; seed: number }): void {
  const outer = model.graph!
  const fresh = freshNames(outer)
  const { graph, matrix, adder, shapes } = findHead(model)
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
