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

/**
 * Gaussian error linear unit in its exact form, x·Φ(x) (Hendrycks and Gimpel 2016, equation 1). Nothing of the inside
 * is kept for the way back: making it again costs less than the memory.
 */
export function gelu(tape: Tape, x: Value): Value {
  const { graph } = tape
  const op = (type: string, ...inputs: string[]) => graph.op(type, inputs)
  const [half, one] = [graph.f32([0.5]), graph.f32([1])]
  // In this order ONNX Runtime makes one operator of it.
  const inner = op('Erf', op('Div', x.name, graph.f32([Math.SQRT2])))
  const y = op('Mul', op('Mul', x.name, op('Add', inner, one)), half)
  return tape.record(y, x.shape, [x], (g) => [
    [
      x,
      () => {
        // With u = x/√2 the slope is (1 + erf(u)) / 2 + x / √(2π) / exp(u²); where exp is infinite, the last part is 0.
        const u = op('Mul', x.name, graph.f32([Math.SQRT1_2]))
        const bell = op('Div', x.name, op('Exp', op('Mul', u, u)))
        // (1 + erf(u)) / 2 in one pass: between 0 and 1 this is what it is.
        const share = graph.op('HardSigmoid', [op('Erf', u)], { alpha: { float: 0.5 }, beta: { float: 0.5 } })
        const slope = op('Add', share, op('Mul', bell, graph.f32([1 / Math.sqrt(2 * Math.PI)])))
        return op('Mul', g, slope)
      },
    ],
  ])
}
