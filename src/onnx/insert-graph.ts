import { clone } from '@bufbuild/protobuf'
import { walkGraphs } from './edit/edit-walk.ts'
import { type GraphProto, GraphProtoSchema } from './proto/onnx_pb.ts'

/**
 * A copy of a graph to be put into another one: every name gets `prefix` in front, save the graph's inputs, which
 * become the given values. Inner graphs (bodies of Scan, If, Loop) are renamed alike, so what they see outside stays.
 */
export function prefixedGraph(
  graph: GraphProto,
  prefix: string,
  inputs: Readonly<Record<string, string>>,
): GraphProto {
  const copy = clone(GraphProtoSchema, graph)
  const renamed = (name: string) => (name === '' ? '' : (inputs[name] ?? `${prefix}${name}`))
  for (const each of walkGraphs(copy)) {
    for (const node of each.node) {
      node.name = node.name === '' ? '' : `${prefix}${node.name}`
      node.input = node.input.map(renamed)
      node.output = node.output.map(renamed)
    }
    for (const value of [...each.input, ...each.output, ...each.initializer]) value.name = renamed(value.name)
    for (const { values } of each.sparseInitializer) if (values) values.name = renamed(values.name)
    each.valueInfo = []
  }
  return copy
}
