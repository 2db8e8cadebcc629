import type { GraphProto } from '../proto/onnx_pb.ts'

/** The graph and every graph inside its nodes (bodies of If, Loop, Scan), outer ones first. */
export function* walkGraphs(graph: GraphProto): Generator<GraphProto> {
  yield graph
  for (const node of graph.node)
    for (const attribute of node.attribute) {
      if (attribute.g) yield* walkGraphs(attribute.g)
      for (const inner of attribute.graphs) yield* walkGraphs(inner)
    }
}

/** A function that hands out names that nothing in the model has: `wanted`, else `wanted_1`, `wanted_2` … */
export function freshNames(graph: GraphProto): (wanted: string) => string {
  const taken = new Set<string>()
  for (const each of walkGraphs(graph)) {
    for (const node of each.node)
      for (const name of [node.name, ...node.input, ...node.output]) taken.add(name)
    for (const value of [...each.input, ...each.output, ...each.valueInfo, ...each.initializer])
      taken.add(value.name)
    for (const sparse of each.sparseInitializer) taken.add(sparse.values?.name ?? '')
  }
  return (wanted) => {
    let name = wanted
    for (let index = 1; taken.has(name); index += 1) name = `${wanted}_${index}`
    taken.add(name)
    return name
  }
}

/** Gives a value another name wherever it is made or used, in inner graphs too. */
export function renameValue(graph: GraphProto, from: string, to: string): void {
  const swap = (names: string[]) => names.map((name) => (name === from ? to : name))
  for (const each of walkGraphs(graph)) {
    for (const node of each.node) {
      node.input = swap(node.input)
      node.output = swap(node.output)
    }
    for (const value of [...each.input, ...each.output, ...each.valueInfo, ...each.initializer])
      if (value.name === from) value.name = to
  }
}
