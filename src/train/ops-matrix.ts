import { add } from './ops-arithmetic.ts'
import { reshape } from './ops-shape.ts'
import { sizeOf, type Tape, type Value } from './tape.ts'

/**
 * Matrix product over the last two axes; leading axes must be equal (no broadcasting).
 * a [..., M, K] × b [..., K, N] → [..., M, N]
 */
export function matmul(tape: Tape, a: Value, b: Value): Value {
  const { graph } = tape
  const shape = [...a.shape.slice(0, -1), b.shape.at(-1)!]
  const swap = (value: { name: string }, rank: number) => {
    const perm = Array.from({ length: rank }, (_, axis) => axis)
    perm.push(...perm.splice(-2).reverse())
    return graph.op('Transpose', [value.name], { perm })
  }
  return tape.record(graph.op('MatMul', [a.name, b.name]), shape, [a, b], (g) => [
    [a, () => graph.op('MatMul', [g, swap(b, b.shape.length)])],
    [b, () => graph.op('MatMul', [swap(a, a.shape.length), g])],
  ])
}

/** x [..., K] · weight [K, N] + bias [N] → [..., N]; as one Gemm over all leading axes. */
export function linear(tape: Tape, x: Value, weight: Value, bias: Value): Value {
  const { graph } = tape
  const [inner, outer] = [weight.shape[0]!, weight.shape[1]!]
  const rows = sizeOf(x.shape.slice(0, -1))
  const flat = reshape(tape, x, [rows, inner])
  const y = graph.op('Gemm', [flat.name, weight.name, bias.name])
  const product = tape.record(y, [rows, outer], [flat, weight, bias], (g) => [
    [flat, () => graph.op('Gemm', [g, weight.name], { transB: 1 })],
    [weight, () => graph.op('Gemm', [flat.name, g], { transA: 1 })],
    [bias, () => graph.op('ReduceSum', [g, graph.i64([0])], { keepdims: 0 })],
  ])
  return reshape(tape, product, [...x.shape.slice(0, -1), outer])
}

/** Softmax over the last axis. */
export function softmax(tape: Tape, x: Value): Value {
  const { graph } = tape
  const y = graph.op('Softmax', [x.name], { axis: -1 })
  return tape.record(y, x.shape, [x], (g) => [
    [
      x,
      () => {
        const weighted = graph.op('Mul', [g, y])
        const total = graph.op('ReduceSum', [weighted, graph.i64([-1])], { keepdims: 1 })
        return graph.op('Mul', [y, graph.op('Sub', [g, total])])
      },
    ],
  ])
}

/** Layer normalisation over the last axis with gain and bias (Ba, Kiros and Hinton 2016). */
export function layerNorm(tape: Tape, x: Value, gain: Value, bias: Value): Value {
  const { graph } = tape
  // Without a gradient nothing of the inside is needed again: one operator.
  if (![x, gain, bias].some(({ tracked }) => tracked)) {
    const settings = { axis: -1, epsilon: { float: 1e-5 } }
    return tape.constant(graph.op('LayerNormalization', [x.name, gain.name, bias.name], settings), x.shape)
  }
  const last = graph.i64([-1])
  const mean = (name: string) => graph.op('ReduceMean', [name, last], { keepdims: 1 })
  const centred = graph.op('Sub', [x.name, mean(x.name)])
  const variance = mean(graph.op('Mul', [centred, centred]))
  const deviation = graph.op('Sqrt', [graph.op('Add', [variance, graph.f32([1e-5])])])
  const normal = graph.op('Div', [centred, deviation])
  const normalised = tape.record(normal, x.shape, [x], (g) => [
    [
      x,
      () => {
        // dx = (g - mean(g) - n·mean(g·n)) / deviation
        const along = graph.op('Mul', [normal, mean(graph.op('Mul', [g, normal]))])
        const rest = graph.op('Sub', [graph.op('Sub', [g, mean(g)]), along])
        return graph.op('Div', [rest, deviation])
      },
    ],
  ])
  return add(tape, scaleBy(tape, normalised, gain), bias)
}

/** Times a vector along the last axis. */
function scaleBy(tape: Tape, x: Value, gain: Value): Value {
  const { graph } = tape
  return tape.record(graph.op('Mul', [x.name, gain.name]), x.shape, [x, gain], (g) => [
    [x, () => graph.op('Mul', [g, gain.name])],
    [
      gain,
      () => {
        const axes = x.shape.slice(0, -1).map((_, axis) => axis)
        return graph.op('ReduceSum', [graph.op('Mul', [g, x.name]), graph.i64(axes)], { keepdims: 0 })
      },
    ],
  ])
}
