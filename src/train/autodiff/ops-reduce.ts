import type { Tape, Value } from './tape.ts'

/** Mean over one axis, which disappears. */
export function meanAxis(tape: Tape, x: Value, axis: number): Value {
  const { graph } = tape
  const axes = graph.i64([axis])
  const y = graph.op('ReduceMean', [x.name, axes], { keepdims: 0 })
  const shape = x.shape.filter((_, index) => index !== axis)
  const count = x.shape[axis]!
  return tape.record(y, shape, [x], (g) => [
    [
      x,
      () => {
        const share = graph.op('Mul', [graph.op('Unsqueeze', [g, axes]), graph.f32([1 / count])])
        // Expand broadcasts both ways: a 1 leaves what is there.
        const wide = x.shape.map((_, index) => (index === axis ? count : 1))
        return graph.op('Expand', [share, graph.i64(wide)])
      },
    ],
  ])
}
