import { walkGraphs } from '../../onnx/edit/edit-walk.ts'
import type { GraphProto, NodeProto } from '../../onnx/proto/onnx_pb.ts'

/** Nodes that have an influence on a value, in the graph's order. */
export function usedNodes(graph: GraphProto, value: string): NodeProto[] {
  const wanted = new Set([value])
  const used = graph.node.toReversed().filter((node) => {
    if (!node.output.some((name) => wanted.has(name))) return false
    for (const name of node.input) wanted.add(name)
    // Graphs inside a node may read what is around them.
    for (const { g, graphs } of node.attribute)
      for (const body of g ? [g, ...graphs] : graphs)
        for (const inner of walkGraphs(body))
          for (const { input } of inner.node) for (const name of input) wanted.add(name)
    return true
  })
  return used.toReversed()
}
