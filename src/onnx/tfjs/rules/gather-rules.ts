import { computed, type GraphValue } from '../graph-value.ts'
import { axisOf, broadcast, type NodeReader } from '../node-reader.ts'
import type { Rules } from './rule.ts'

/** Operators that choose by index or condition, and products of matrices. */
export const gatherRules: Rules = {
  GatherV2: gather,
  GatherNd: (node) => {
    const depth = node.inputs[1]!.sizes?.at(-1)
    const [from, at] = [node.inputs[0]!.sizes, node.inputs[1]!.sizes]
    const sizes = from && at && depth != null ? [...at.slice(0, -1), ...from.slice(depth)] : null
    return [computed(node.graph.op('GatherND', [node.rows(0), node.rows(1)]), node.inputs[0]!.type, sizes)]
  },
  Select: (node) => [select(node)],
  SelectV2: (node) => [select(node)],
  SparseToDense: (node) => [sparseToDense(node)],
  OneHot: (node) => {
    const values = [node.rows(3), node.rows(2)].map((name) =>
      node.graph.op('Reshape', [name, node.graph.i64([1])]),
    )
    const made = node.graph.op(
      'OneHot',
      [node.rows(0), node.rows(1), node.graph.op('Concat', values, { axis: 0 })],
      { axis: node.whole('axis', -1) },
    )
    const { sizes } = node.inputs[0]!
    return [computed(made, node.inputs[2]!.type, sizes && [...sizes, null].fill(null))]
  },
  MatMul: (node) => [product(node, 'transpose_a', 'transpose_b')],
  BatchMatMul: (node) => [product(node, 'adj_x', 'adj_y')],
  BatchMatMulV2: (node) => [product(node, 'adj_x', 'adj_y')],
}

function gather(node: NodeReader): GraphValue[] {
  if (node.whole('batch_dims', 0) !== 0) throw node.refuse('batch_dims above 0 cannot be converted')
  const [from, at] = [node.inputs[0]!.sizes, node.inputs[1]!.sizes]
  const axis = from ? axisOf(node.known(2)[0]!, from.length) : node.known(2)[0]!
  const sizes = from && at ? [...from.slice(0, axis), ...at, ...from.slice(axis + 1)] : null
  return [
    computed(node.graph.op('Gather', [node.rows(0), node.rows(1)], { axis }), node.inputs[0]!.type, sizes),
  ]
}

function select(node: NodeReader): GraphValue {
  const { graph, inputs } = node
  const sizes = broadcast(broadcast(inputs[0]!.sizes, inputs[1]!.sizes), inputs[2]!.sizes)
  return computed(graph.op('Where', [node.rows(0), node.rows(1), node.rows(2)]), inputs[1]!.type, sizes)
}

/** indices, shape, values, value elsewhere */
function sparseToDense(node: NodeReader): GraphValue {
  const { graph, inputs } = node
  const rank = inputs[1]!.sizes?.[0]
  const axes = inputs[0]!.sizes?.length
  if (rank == null || axes === undefined) throw node.refuse('the number of its axes is not known')
  const places = graph.op('Reshape', [node.rows(0), graph.i64([-1, rank])])
  const count = graph.op('Slice', [
    graph.op('Shape', [places]),
    graph.i64([0]),
    graph.i64([1]),
    graph.i64([0]),
  ])
  const flat = graph.op('Reshape', [node.rows(2), graph.i64([-1])])
  const values = graph.op('Expand', [flat, count])
  const empty = graph.op('Expand', [node.rows(3), node.rows(1)])
  const sizes = inputs[1]!.known ? [...inputs[1]!.known.values] : Array<null>(rank).fill(null)
  return computed(graph.op('ScatterND', [empty, places, values]), inputs[2]!.type, sizes)
}

function product(node: NodeReader, turnA: string, turnB: string): GraphValue {
  const { graph, inputs } = node
  const operand = (index: number, turned: boolean) => {
    const rank = inputs[index]!.sizes?.length
    if (!turned) return node.rows(index)
    if (rank === undefined) throw node.refuse('a turned matrix with an unknown number of axes')
    const perm = Array.from({ length: rank }, (_, axis) => axis)
    perm.splice(-2, 2, rank - 1, rank - 2)
    return graph.op('Transpose', [node.rows(index)], { perm })
  }
  const made = graph.op('MatMul', [operand(0, node.truth(turnA)), operand(1, node.truth(turnB))])
  const [a, b] = [inputs[0]!.sizes, inputs[1]!.sizes]
  const sizes =
    a && b
      ? [...a.slice(0, -2), a.at(node.truth(turnA) ? -1 : -2)!, b.at(node.truth(turnB) ? -2 : -1)!]
      : null
  return computed(made, 'float', sizes)
}
