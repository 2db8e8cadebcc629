import { shapeConstant, type Tape, type Value } from './tape.ts'

/** Shape of two operands under broadcasting (ONNX "multidirectional broadcasting"). */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, index) => {
    const left = a[index - rank + a.length] ?? 1
    const right = b[index - rank + b.length] ?? 1
    return left === 1 ? right : left
  })
}

/** The gradient of a broadcast operand: summed over the axes along which it was repeated. */
export function unbroadcast(
  tape: Tape,
  gradient: string,
  from: readonly number[],
  to: readonly number[],
): string {
  const { graph } = tape
  const lead = from.length - to.length
  const axes = from.flatMap((size, axis) =>
    axis < lead || (to[axis - lead] === 1 && size !== 1) ? [axis] : [],
  )
  if (axes.length === 0) return gradient
  const summed = graph.op('ReduceSum', [gradient, graph.i64(axes)], { keepdims: 0 })
  return graph.op('Reshape', [summed, shapeConstant(graph, to)])
}

export function add(tape: Tape, a: Value, b: Value): Value {
  const shape = broadcastShape(a.shape, b.shape)
  return tape.record(tape.graph.op('Add', [a.name, b.name]), shape, [a, b], (g) => [
    [a, () => unbroadcast(tape, g, shape, a.shape)],
    [b, () => unbroadcast(tape, g, shape, b.shape)],
  ])
}

export function subtract(tape: Tape, a: Value, b: Value): Value {
  const { graph } = tape
  const shape = broadcastShape(a.shape, b.shape)
  return tape.record(graph.op('Sub', [a.name, b.name]), shape, [a, b], (g) => [
    [a, () => unbroadcast(tape, g, shape, a.shape)],
    [b, () => unbroadcast(tape, graph.op('Neg', [g]), shape, b.shape)],
  ])
}

export function multiply(tape: Tape, a: Value, b: Value): Value {
  const { graph } = tape
  const shape = broadcastShape(a.shape, b.shape)
  return tape.record(graph.op('Mul', [a.name, b.name]), shape, [a, b], (g) => [
    [a, () => unbroadcast(tape, graph.op('Mul', [g, b.name]), shape, a.shape)],
    [b, () => unbroadcast(tape, graph.op('Mul', [g, a.name]), shape, b.shape)],
  ])
}

/** Times a plain number. */
export function scale(tape: Tape, x: Value, factor: number): Value {
  const { graph } = tape
  const times = (name: string) => graph.op('Mul', [name, graph.f32([factor])])
  return tape.record(times(x.name), x.shape, [x], (g) => [[x, () => times(g)]])
}

/** max(x, 0). */
export function relu(tape: Tape, x: Value): Value {
  const { graph } = tape
  const y = graph.op('Relu', [x.name])
  return tape.record(y, x.shape, [x], (g) => [
    [
      x,
      () => {
        const positive = graph.op('Cast', [graph.op('Greater', [y, graph.f32([0])])], { to: 1 })
        return graph.op('Mul', [g, positive])
      },
    ],
  ])
}

/** Gaussian error linear unit in its exact form, x·Φ(x) (Hendrycks and Gimpel 2016, equation 1). */
export function gelu(tape: Tape, x: Value): Value {
  const { graph } = tape
  const half = graph.f32([0.5])
  const one = graph.f32([1])
  if (!x.tracked) {
    // In this order ONNX Runtime makes one operator of it.
    const inner = graph.op('Erf', [graph.op('Div', [x.name, graph.f32([Math.SQRT2])])])
    const twice = graph.op('Mul', [x.name, graph.op('Add', [inner, one])])
    return tape.constant(graph.op('Mul', [twice, half]), x.shape)
  }
  const erf = graph.op('Erf', [graph.op('Mul', [x.name, graph.f32([Math.SQRT1_2])])])
  const cdf = graph.op('Mul', [graph.op('Add', [erf, one]), half])
  const y = graph.op('Mul', [x.name, cdf])
  return tape.record(y, x.shape, [x], (g) => [
    [
      x,
      () => {
        const square = graph.op('Mul', [graph.op('Mul', [x.name, x.name]), graph.f32([-0.5])])
        const density = graph.op('Mul', [graph.op('Exp', [square]), graph.f32([1 / Math.sqrt(2 * Math.PI)])])
        const slope = graph.op('Add', [cdf, graph.op('Mul', [x.name, density])])
        return graph.op('Mul', [g, slope])
      },
    ],
  ])
}
