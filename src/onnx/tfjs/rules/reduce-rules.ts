import { computed, computedPlanes, type GraphValue } from '../graph-value.ts'
import { axisOf, type NodeReader } from '../node-reader.ts'
import type { Rule, Rules } from './rule.ts'

/** Operators that make one number of many, or order them. */
export const reduceRules: Rules = {
  Sum: reduced('ReduceSum'),
  Mean: reduced('ReduceMean'),
  Max: reduced('ReduceMax'),
  Min: reduced('ReduceMin'),
  Prod: reduced('ReduceProd'),
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  TopKV2: topK,
  Softmax: (node) => [
    computed(node.graph.op('Softmax', [node.rows(0)], { axis: -1 }), 'float', node.inputs[0]!.sizes),
  ],
  LogSoftmax: (node) => [
    computed(node.graph.op('LogSoftmax', [node.rows(0)], { axis: -1 }), 'float', node.inputs[0]!.sizes),
  ],
  Cumsum: (node) => [
    computed(
      node.graph.op('CumSum', [node.rows(0), node.rows(1)], {
        exclusive: Number(node.truth('exclusive')),
        reverse: Number(node.truth('reverse')),
      }),
      node.inputs[0]!.type,
      node.inputs[0]!.sizes,
    ),
  ],
}

function reduced(type: string): Rule {
  return (node) => {
    const { graph, inputs } = node
    const { sizes, type: element } = inputs[0]!
    const keep = node.truth('keep_dims')
    const axes = node.known(1).map((axis) => (sizes ? axisOf(axis, sizes.length) : axis))
    const left = sizes
      ? sizes
          .map((size, axis) => (axes.includes(axis) ? 1 : size))
          .filter((_, axis) => keep || !axes.includes(axis))
      : null
    const attributes = { keepdims: Number(keep) }
    const overPicture = keep && axes.every((axis) => axis === 1 || axis === 2)
    if (overPicture && inputs[0]!.planes !== null) {
      const moved = axes.map((axis) => axis + 1)
      return [computedPlanes(graph.op(type, [node.planes(0), graph.i64(moved)], attributes), element, left)]
    }
    return [computed(graph.op(type, [node.rows(0), graph.i64(axes)], attributes), element, left)]
  }
}

function arg(type: string): Rule {
  return (node) => {
    const { sizes } = node.inputs[0]!
    const axis = node.known(1)[0]!
    const left = sizes?.filter((_, at) => at !== axisOf(axis, sizes.length)) ?? null
    return [computed(node.graph.op(type, [node.rows(0)], { axis, keepdims: 0 }), 'int', left)]
  }
}

/** The greatest along the last axis; of equal ones the first, in both. */
function topK(node: NodeReader): GraphValue[] {
  const { graph, inputs } = node
  const { sizes, type } = inputs[0]!
  const count = graph.op('Reshape', [node.rows(1), graph.i64([1])])
  const [values, indices] = graph.ops('TopK', [node.rows(0), count], 2, { axis: -1 })
  const found = inputs[1]!.known ? node.known(1)[0]! : null
  const left = sizes ? [...sizes.slice(0, -1), found] : null
  return [computed(values!, type, left), computed(indices!, 'int', left)]
}
