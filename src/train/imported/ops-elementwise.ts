import { broadcastShape, unbroadcast } from '../autodiff/ops-arithmetic.ts'
import type { Tape, Value } from '../autodiff/tape.ts'

export function divide(tape: Tape, a: Value, b: Value): Value {
  const { graph } = tape
  const shape = broadcastShape(a.shape, b.shape)
  const y = graph.op('Div', [a.name, b.name])
  return tape.record(y, shape, [a, b], (g) => [
    [a, () => unbroadcast(tape, graph.op('Div', [g, b.name]), shape, a.shape)],
    [
      b,
      () => {
        // d(a/b)/db = -y / b
        const part = graph.op('Neg', [graph.op('Div', [graph.op('Mul', [g, y]), b.name])])
        return unbroadcast(tape, part, shape, b.shape)
      },
    ],
  ])
}

/** x to the power of a plain number. */
export function power(tape: Tape, x: Value, exponent: number): Value {
  const { graph } = tape
  const raise = (to: number) =>
    to === 1
      ? x.name
      : to === 2
        ? graph.op('Mul', [x.name, x.name])
        : graph.op('Pow', [x.name, graph.f32([to])])
  return tape.record(raise(exponent), x.shape, [x], (g) => [
    [x, () => graph.op('Mul', [graph.op('Mul', [g, raise(exponent - 1)]), graph.f32([exponent])])],
  ])
}

/** Functions of one number: the operator, and its slope as a graph value of x and y. */
const slopes = {
  Sqrt: ({ graph }, _x, y) => graph.op('Div', [graph.f32([0.5]), y]),
  Exp: (_tape, _x, y) => y,
  Log: ({ graph }, x) => graph.op('Div', [graph.f32([1]), x]),
  Neg: ({ graph }) => graph.f32([-1]),
  Abs: ({ graph }, x) => graph.op('Sign', [x]),
  Reciprocal: ({ graph }, _x, y) => graph.op('Neg', [graph.op('Mul', [y, y])]),
  Erf: ({ graph }, x) => {
    const square = graph.op('Neg', [graph.op('Mul', [x, x])])
    return graph.op('Mul', [graph.op('Exp', [square]), graph.f32([2 / Math.sqrt(Math.PI)])])
  },
  Tanh: ({ graph }, _x, y) => graph.op('Sub', [graph.f32([1]), graph.op('Mul', [y, y])]),
  Sigmoid: ({ graph }, _x, y) => graph.op('Mul', [y, graph.op('Sub', [graph.f32([1]), y])]),
  Softplus: ({ graph }, x) => graph.op('Sigmoid', [x]),
  Sin: ({ graph }, x) => graph.op('Cos', [x]),
  Cos: ({ graph }, x) => graph.op('Neg', [graph.op('Sin', [x])]),
} as const satisfies Record<string, (tape: Tape, x: string, y: string) => string>

export type UnaryOperator = keyof typeof slopes
export const unaryOperators = Object.keys(slopes) as UnaryOperator[]

export function unary(tape: Tape, operator: UnaryOperator, x: Value): Value {
  const { graph } = tape
  const y = graph.op(operator, [x.name])
  const slope: (tape: Tape, x: string, y: string) => string = slopes[operator]
  return tape.record(y, x.shape, [x], (g) => [[x, () => graph.op('Mul', [g, slope(tape, x.name, y)])]])
}

/** a where `when` is true, b elsewhere. No gradient flows through the condition. */
export function choose(tape: Tape, when: Value, a: Value, b: Value): Value {
  const { graph } = tape
  const shape = broadcastShape(broadcastShape(when.shape, a.shape), b.shape)
  const zero = graph.f32([0])
  return tape.record(graph.op('Where', [when.name, a.name, b.name]), shape, [a, b], (g) => [
    [a, () => unbroadcast(tape, graph.op('Where', [when.name, g, zero]), shape, a.shape)],
    [b, () => unbroadcast(tape, graph.op('Where', [when.name, zero, g]), shape, b.shape)],
  ])
}

/** x held between two plain numbers; no gradient where it is held. */
export function clip(tape: Tape, x: Value, [low, high]: readonly [number, number]): Value {
  const { graph } = tape
  // Beyond the largest float there is nothing to hold.
  const [least, most] = [graph.f32([Math.max(low, -3e38)]), graph.f32([Math.min(high, 3e38)])]
  const y = graph.op('Clip', [x.name, least, most])
  return tape.record(y, x.shape, [x], (g) => [
    [
      x,
      () => {
        const inside = graph.op('And', [
          graph.op('Greater', [x.name, least]),
          graph.op('Less', [x.name, most]),
        ])
        return graph.op('Mul', [g, graph.op('Cast', [inside], { to: 1 })])
      },
    ],
  ])
}

/** max(x, slope · x), for slopes under 1. */
export function leakyRelu(tape: Tape, x: Value, slope: number): Value {
  const { graph } = tape
  const y = graph.op('LeakyRelu', [x.name], { alpha: { float: slope } })
  return tape.record(y, x.shape, [x], (g) => [
    [
      x,
      () => {
        const positive = graph.op('Greater', [x.name, graph.f32([0])])
        return graph.op('Mul', [g, graph.op('Where', [positive, graph.f32([1]), graph.f32([slope])])])
      },
    ],
  ])
}
