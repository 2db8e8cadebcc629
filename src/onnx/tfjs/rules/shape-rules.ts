import { computed, type GraphValue, type Sizes } from '../graph-value.ts'
import { axisOf, type NodeReader } from '../node-reader.ts'
import type { Rules } from './rule.ts'

/** Operators that move numbers or make them, and never compute. */
export const shapeRules: Rules = {
  Identity: (node) => [node.inputs[0]!],
  StopGradient: (node) => [node.inputs[0]!],
  Shape: (node) => [
    computed(node.graph.op('Shape', [node.rows(0)]), 'int', [node.inputs[0]!.sizes?.length ?? null]),
  ],
  Size: (node) => [computed(node.graph.op('Size', [node.rows(0)]), 'int', [])],
  Rank: (node) => [computed(node.graph.op('Size', [node.graph.op('Shape', [node.rows(0)])]), 'int', [])],
  Reshape: (node) => {
    const sizes = shapeFrom(node, 1)
    return [computed(node.graph.op('Reshape', [node.rows(0), node.rows(1)]), node.inputs[0]!.type, sizes)]
  },
  ExpandDims: (node) => {
    const { sizes, type } = node.inputs[0]!
    const axis = node.known(1)[0]!
    const at = sizes ? axisOf(axis, sizes.length + 1) : axis
    const made = node.graph.op('Unsqueeze', [node.rows(0), node.graph.i64([at])])
    return [computed(made, type, sizes?.toSpliced(at, 0, 1) ?? null)]
  },
  Squeeze: (node) => {
    const { sizes, type } = node.inputs[0]!
    const given = node.wholes('squeeze_dims')
    const rank = sizes?.length
    const axes = given.map((axis) => (rank === undefined ? axis : axisOf(axis, rank)))
    const made = node.graph.op('Squeeze', [node.rows(0), ...(axes.length > 0 ? [node.graph.i64(axes)] : [])])
    const known = sizes && (axes.length > 0 || !sizes.includes(null))
    const gone = (size: number | null, axis: number) => (axes.length > 0 ? axes.includes(axis) : size === 1)
    return [computed(made, type, known ? sizes.filter((size, axis) => !gone(size, axis)) : null)]
  },
  Transpose: (node) => {
    const { sizes, type } = node.inputs[0]!
    const perm = node.known(1)
    return [
      computed(
        node.graph.op('Transpose', [node.rows(0)], { perm }),
        type,
        perm.map((axis) => sizes?.[axis] ?? null),
      ),
    ]
  },
  Pack: packed,
  Unpack: unpacked,
  ConcatV2: concatenated,
  Split: (node) => {
    const axis = node.known(0)[0]!
    const count = node.whole('num_split', 1)
    const { sizes, type } = node.inputs[1]!
    const at = sizes ? axisOf(axis, sizes.length) : axis
    const part =
      sizes?.map((size, index) => (index === at ? (size === null ? null : size / count) : size)) ?? null
    return node.graph
      .ops('Split', [node.rows(1)], count, { axis: at, num_outputs: count })
      .map((name) => computed(name, type, part))
  },
  SplitV: (node) => {
    const lengths = node.known(1)
    const { sizes, type } = node.inputs[0]!
    const axis = sizes ? axisOf(node.known(2)[0]!, sizes.length) : node.known(2)[0]!
    return node.graph
      .ops('Split', [node.rows(0), node.graph.i64(lengths)], lengths.length, { axis })
      .map((name, index) => computed(name, type, sizes?.with(axis, lengths[index]!) ?? null))
  },
  Tile: (node) => {
    const { sizes, type } = node.inputs[0]!
    return [
      computed(node.graph.op('Tile', [node.rows(0), node.rows(1)]), type, sizes?.map(() => null) ?? null),
    ]
  },
  Fill: (node) => [
    computed(node.graph.op('Expand', [node.rows(1), node.rows(0)]), node.inputs[1]!.type, shapeFrom(node, 0)),
  ],
  BroadcastTo: (node) => [
    computed(node.graph.op('Expand', [node.rows(0), node.rows(1)]), node.inputs[0]!.type, shapeFrom(node, 1)),
  ],
  Range: (node) => [
    computed(node.graph.op('Range', [node.rows(0), node.rows(1), node.rows(2)]), node.inputs[0]!.type, [
      null,
    ]),
  ],
}

/** The sizes that a value with the shape at `index` has. */
function shapeFrom(node: NodeReader, index: number): Sizes {
  const given = node.inputs[index]!
  if (given.known) return [...given.known.values].map((size) => (size < 0 ? null : size))
  const count = given.sizes?.[0]
  return count === null || count === undefined ? null : Array<null>(count).fill(null)
}

function packed(node: NodeReader): GraphValue[] {
  const { graph, inputs } = node
  const { sizes, type } = inputs[0]!
  const axis = sizes ? axisOf(node.whole('axis', 0), sizes.length + 1) : node.whole('axis', 0)
  const parts = inputs.map((_, index) => graph.op('Unsqueeze', [node.rows(index), graph.i64([axis])]))
  return [
    computed(graph.op('Concat', parts, { axis }), type, sizes?.toSpliced(axis, 0, inputs.length) ?? null),
  ]
}

function unpacked(node: NodeReader): GraphValue[] {
  const { graph, inputs } = node
  const { sizes, type } = inputs[0]!
  const axis = sizes ? axisOf(node.whole('axis', 0), sizes.length) : node.whole('axis', 0)
  const count = node.whole('num', 1)
  const parts = graph.ops('Split', [node.rows(0)], count, { axis, num_outputs: count })
  return parts.map((part) =>
    computed(graph.op('Squeeze', [part, graph.i64([axis])]), type, sizes?.toSpliced(axis, 1) ?? null),
  )
}

function concatenated(node: NodeReader): GraphValue[] {
  const { graph, inputs } = node
  const parts = inputs.slice(0, -1)
  const [first] = parts
  const rank = first!.sizes?.length
  const written = node.known(parts.length)[0]!
  const axis = rank === undefined ? written : axisOf(written, rank)
  const lengths = parts.map(({ sizes }) => sizes?.[axis] ?? null)
  const length = lengths.includes(null) ? null : (lengths as number[]).reduce((sum, size) => sum + size, 0)
  const sizes = first!.sizes?.with(axis, length) ?? null
  const planes = rank === 4 && parts.every((part) => part.planes !== null && part.rows === null)
  if (planes) {
    const made = graph.op(
      'Concat',
      parts.map((part) => part.planes!),
      { axis: [0, 2, 3, 1][axis]! },
    )
    return [{ type: first!.type, sizes, rows: null, planes: made, known: null }]
  }
  return [
    computed(
      graph.op(
        'Concat',
        parts.map((_, index) => node.rows(index)),
        { axis },
      ),
      first!.type,
      sizes,
    ),
  ]
}
