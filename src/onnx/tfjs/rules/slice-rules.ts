import { computed, type GraphValue, type Sizes } from '../graph-value.ts'
import type { NodeReader } from '../node-reader.ts'
import type { Rules } from './rule.ts'

export const sliceRules: Rules = {
  StridedSlice: (node) => [stridedSlice(node)],
  Slice: (node) => [slice(node)],
}

/** Beyond every end: ONNX cuts it to the size of the axis. */
const far = 2 ** 31 - 1

interface Cut {
  readonly axis: number
  readonly start: string
  readonly end: string
  readonly step: number
}

/** TensorFlow's x[a:b:c, None, i]: masks say which begins and ends are left out, which axes are new and which go. */
function stridedSlice(node: NodeReader): GraphValue {
  const { graph, inputs } = node
  const steps = node.known(3)
  const mask = (name: string, bit: number) => (node.whole(name, 0) & (1 << bit)) !== 0
  const ellipsis = steps.findIndex((_, bit) => mask('ellipsis_mask', bit))
  const { sizes, type } = inputs[0]!
  if (ellipsis >= 0 && !sizes) throw node.refuse('an ellipsis over an unknown number of axes')
  const given = steps.filter((_, bit) => !mask('new_axis_mask', bit) && bit !== ellipsis).length
  const cuts: Cut[] = []
  const gone: number[] = []
  const fresh: number[] = []
  let axis = 0
  let made = 0
  steps.forEach((step, bit) => {
    if (bit === ellipsis) {
      const skipped = sizes!.length - given
      axis += skipped
      made += skipped
      return
    }
    if (mask('new_axis_mask', bit)) {
      fresh.push(made)
      made += 1
      return
    }
    const shrink = mask('shrink_axis_mask', bit)
    const open = !shrink && mask('begin_mask', bit)
    const start = open ? graph.i64([step > 0 ? 0 : far]) : numberAt(node, 1, bit)
    const end = shrink
      ? afterOne(node, bit)
      : mask('end_mask', bit)
        ? graph.i64([step > 0 ? far : -far])
        : numberAt(node, 2, bit)
    const whole = !shrink && mask('begin_mask', bit) && mask('end_mask', bit) && step === 1
    if (!whole) cuts.push({ axis, start, end, step: shrink ? 1 : step })
    if (shrink) gone.push(axis)
    else made += 1
    axis += 1
  })
  let name = node.rows(0)
  if (cuts.length > 0) {
    const joined = (parts: string[]) =>
      parts.length === 1 ? parts[0]! : graph.op('Concat', parts, { axis: 0 })
    name = graph.op('Slice', [
      name,
      joined(cuts.map(({ start }) => start)),
      joined(cuts.map(({ end }) => end)),
      graph.i64(cuts.map((cut) => cut.axis)),
      graph.i64(cuts.map(({ step }) => step)),
    ])
  }
  if (gone.length > 0) name = graph.op('Squeeze', [name, graph.i64(gone)])
  if (fresh.length > 0) name = graph.op('Unsqueeze', [name, graph.i64(fresh)])
  const cut = new Set(cuts.map((each) => each.axis))
  let left: Sizes =
    sizes?.map((size, at) => (cut.has(at) ? null : size)).filter((_, at) => !gone.includes(at)) ?? null
  for (const at of fresh) left = left?.toSpliced(at, 0, 1) ?? null
  // A vector of known length that is cut by known numbers: shapes are computed so.
  if (left?.length === 1 && sizes?.length === 1 && sizes[0] !== null && cuts.length === 1)
    left = [lengthOf(node, sizes[0]!)]
  return computed(name, type, left)
}

/** How many numbers of a vector are left; null when begin, end or step is computed or odd. */
function lengthOf(node: NodeReader, size: number): number | null {
  const [begin, end, step] = [1, 2, 3].map((index) => node.inputs[index]!.known?.values[0])
  if (begin === undefined || end === undefined || step !== 1) return null
  const from = node.whole('begin_mask', 0) & 1 ? 0 : begin
  const to = node.whole('end_mask', 0) & 1 ? size : end
  const place = (value: number) => Math.min(size, value < 0 ? value + size : value)
  return Math.max(0, place(to) - place(from))
}

/** One number of a vector as a vector of one. */
function numberAt(node: NodeReader, index: number, at: number): string {
  const known = node.inputs[index]!.known
  if (known) return node.graph.i64([known.values[at]!])
  return node.graph.op('Gather', [node.rows(index), node.graph.i64([at])], { axis: 0 })
}

/** The end of a slice that holds one element, whose place may be counted from the end. */
function afterOne(node: NodeReader, bit: number): string {
  const begin = node.inputs[1]!.known?.values[bit]
  if (begin === undefined) throw node.refuse('the place of a single element is computed')
  return node.graph.i64([begin === -1 ? far : begin + 1])
}

/** x from `begin`, as many as `size` says, -1 for all that follow. */
function slice(node: NodeReader): GraphValue {
  const { graph, inputs } = node
  const [begin, size] = [node.known(1), node.known(2)]
  const ends = begin.map((start, axis) => (size[axis]! < 0 ? far : start + size[axis]!))
  const axes = begin.map((_, axis) => axis)
  const made = graph.op('Slice', [node.rows(0), graph.i64(begin), graph.i64(ends), graph.i64(axes)])
  return computed(
    made,
    inputs[0]!.type,
    size.map((count) => (count < 0 ? null : count)),
  )
}
