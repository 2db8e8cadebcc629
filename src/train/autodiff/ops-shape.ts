import { shapeConstant, type Tape, type Value } from './tape.ts'

/** The same numbers in another shape. */
export function reshape(tape: Tape, x: Value, shape: readonly number[]): Value {
  const { graph } = tape
  const y = graph.op('Reshape', [x.name, shapeConstant(graph, shape)])
  return tape.record(y, shape, [x], (g) => [
    [x, () => graph.op('Reshape', [g, shapeConstant(graph, x.shape)])],
  ])
}

/** Axes in another order: output axis i is input axis perm[i]. */
export function transpose(tape: Tape, x: Value, perm: readonly number[]): Value {
  const { graph } = tape
  const y = graph.op('Transpose', [x.name], { perm })
  const inverse = perm.map((_, axis) => perm.indexOf(axis))
  return tape.record(
    y,
    perm.map((axis) => x.shape[axis]!),
    [x],
    (g) => [[x, () => graph.op('Transpose', [g], { perm: inverse })]],
  )
}

/** Part of one axis, from `start` up to but without `end`. */
export function slice(tape: Tape, x: Value, axis: number, [start, end]: readonly [number, number]): Value {
  const { graph } = tape
  const y = graph.op('Slice', [x.name, graph.i64([start]), graph.i64([end]), graph.i64([axis])])
  const size = x.shape[axis]!
  const shape = x.shape.map((length, index) => (index === axis ? end - start : length))
  return tape.record(y, shape, [x], (g) => {
    const before = x.shape.map((_, index) => (index === axis ? start : 0))
    const after = x.shape.map((_, index) => (index === axis ? size - end : 0))
    return [[x, () => graph.op('Pad', [g, graph.i64([...before, ...after])])]]
  })
}

/** Several tensors after each other on one axis. */
export function concat(tape: Tape, parts: readonly Value[], axis: number): Value {
  const { graph } = tape
  const y = graph.op(
    'Concat',
    parts.map(({ name }) => name),
    { axis },
  )
  const total = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0)
  const shape = parts[0]!.shape.map((length, index) => (index === axis ? total : length))
  return tape.record(y, shape, parts, (g) => {
    let start = 0
    return parts.map((part) => {
      const from = start
      start += part.shape[axis]!
      const to = start
      return [
        part,
        () => graph.op('Slice', [g, graph.i64([from]), graph.i64([to]), graph.i64([axis])]),
      ] as const
    })
  })
}
