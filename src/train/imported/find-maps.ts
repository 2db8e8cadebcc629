import type { GraphProto, NodeProto } from '../../onnx/proto/onnx_pb.ts'
import { intsOf } from '../../onnx/tensor-data.ts'
import { tensorOf } from './find-head.ts'
import { usedNodes } from './used-nodes.ts'

/** Nodes that leave all numbers as they are, in their order. */
const passing = ['Flatten', 'Reshape', 'Squeeze', 'Identity', 'Dropout']

/**
 * The maps [N, C, …, height, width] that a head sees the mean of, over all their places: what lies before the pooling at
 * the end of a convolutional network. null where it sees something else.
 *
 * @param seen what the head sees.
 */
export function findMaps(graph: GraphProto, seen: string): string | null {
  let name = seen
  for (;;) {
    const node = graph.node.find(({ output }) => output[0] === name)
    if (!node) return null
    const [from] = node.input as [string]
    if (node.opType === 'GlobalAveragePool') return from
    if (node.opType === 'ReduceMean') return meansAllPlaces(graph, node) ? from : null
    if (!passing.includes(node.opType)) return null
    name = from
  }
}

/**
 * The maps before the last layers that make maps smaller: what the network sees in more detail, and knows less of. null
 * where there are none.
 */
export function findEarlierMaps(graph: GraphProto, maps: string): string | null {
  const strides = ({ attribute }: NodeProto) => attribute.find(({ name }) => name === 'strides')?.ints ?? []
  const shrinks = (node: NodeProto) =>
    node.opType === 'Conv' &&
    strides(node)
      .slice(-2)
      .some((stride) => Number(stride) > 1)
  const before = usedNodes(graph, maps).findLast(shrinks)?.input[0]
  if (before === undefined) return null
  // What the first convolution sees is the picture itself.
  return usedNodes(graph, before).some(({ opType }) => opType === 'Conv') ? before : null
}

/** Whether a mean is over the third axis and all that follow: pictures have two of them, clips three. */
function meansAllPlaces(graph: GraphProto, node: NodeProto): boolean {
  const given = node.input[1] === undefined ? undefined : tensorOf(graph, node.input[1])
  const axes = given ? intsOf(given) : node.attribute.find(({ name }) => name === 'axes')?.ints.map(Number)
  const sorted = [...(axes ?? [])].sort((a, b) => a - b).join()
  return ['2,3', '2,3,4', '-2,-1', '-3,-2,-1'].includes(sorted)
}
