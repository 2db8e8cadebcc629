import { reshape } from './ops-shape.ts'
import { productOfRows, sumOfRows } from './row-products.ts'
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
    [weight, () => productOfRows(graph, [flat.name, g], { rows, inner, outer })],
    [bias, () => sumOfRows(graph, g, rows, outer)],
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

/**
 * Layer normalisation over the last axis with gain and bias (Ba, Kiros and Hinton 2016). Of the way forward only mean
 * and deviation of each row are kept; the normal numbers are made again from them on the way back.
 */
export function layerNorm(tape: Tape, x: Value, gain: Value, bias: Value): Value {
  const { graph } = tape
  const [y, mean, inverse] = graph.ops('LayerNormalization', [x.name, gain.name, bias.name], 3, {
    axis: -1,
    epsilon: { float: 1e-5 },
  }) as [string, string, string]
  const meanOf = (name: string) => graph.op('ReduceMean', [name, graph.i64([-1])], { keepdims: 1 })
  const times = (a: string, b: string) => graph.op('Mul', [a, b])
  return tape.record(y, x.shape, [x, gain, bias], (g) => {
    const normal = times(graph.op('Sub', [x.name, mean]), inverse)
    const sum = (name: string) => sumOfRows(graph, name, sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!)
    return [
      [
        x,
        () => {
          // With h = g · gain: (h - mean(h) - n · mean(h · n)) / deviation
          const h = times(g, gain.name)
          const along = times(normal, meanOf(times(h, normal)))
          return times(graph.op('Sub', [graph.op('Sub', [h, meanOf(h)]), along]), inverse)
        },
      ],
      [gain, () => sum(times(g, normal))],
      [bias, () => sum(g)],
    ]
  })
}

/**
 * Attention of queries to keys (Vaswani et al. 2017, equation 1): softmax(query · keyᵀ / √E + mask) · value. All are
 * [B, H, L, E]; `mask` [L, L] is no part of what is learned.
 */
export function attend(
  tape: Tape,
  { query, key, value }: Record<'query' | 'key' | 'value', Value>,
  mask?: Value,
): Value {
  const { graph } = tape
  const factor = graph.f32([1 / Math.sqrt(query.shape.at(-1)!)])
  const product = (a: string, b: string) => graph.op('MatMul', [a, b])
  const turned = (name: string) => graph.op('Transpose', [name], { perm: [0, 1, 3, 2] })
  const scaled = (name: string) => graph.op('Mul', [name, factor])
  const scores = scaled(product(query.name, turned(key.name)))
  const masked = mask ? graph.op('Add', [scores, mask.name]) : scores
  const shares = graph.op('Softmax', [masked], { axis: -1 })
  const y = product(shares, value.name)
  return tape.record(y, query.shape, [query, key, value], (g) => {
    // The sum over keys of share · gradient is that over E of y · g: a shorter row (Dao et al. 2022, equation 4).
    const common = graph.op('ReduceSum', [graph.op('Mul', [g, y]), graph.i64([-1])], { keepdims: 1 })
    const error = graph.op('Mul', [shares, graph.op('Sub', [product(g, turned(value.name)), common])])
    return [
      [query, () => scaled(product(error, key.name))],
      [key, () => scaled(product(turned(error), query.name))],
      [value, () => product(turned(shares), g)],
    ]
  })
}
