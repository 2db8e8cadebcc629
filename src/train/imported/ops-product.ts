import { add, broadcastShape, unbroadcast } from '../autodiff/ops-arithmetic.ts'
import { matmul } from '../autodiff/ops-matrix.ts'
import { reshape, transpose } from '../autodiff/ops-shape.ts'
import { sizeOf, type Tape, type Value } from '../autodiff/tape.ts'

/** Matrix product over the last two axes as ONNX's MatMul has it, leading axes broadcast; both at least of rank 2. */
export function product(tape: Tape, a: Value, b: Value): Value {
  const { graph } = tape
  const [before, after] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
  if (before.join() === after.join()) return matmul(tape, a, b)
  const [inner, outer] = [b.shape.at(-2)!, b.shape.at(-1)!]
  if (b.shape.length === 2) {
    // [.., K] × [K, N] over all rows at once.
    const rows = sizeOf(a.shape.slice(0, -1))
    const flat = matmul(tape, reshape(tape, a, [rows, inner]), b)
    return reshape(tape, flat, [...a.shape.slice(0, -1), outer])
  }
  const lead = broadcastShape(before, after)
  const [full, left, right] = [
    [...lead, a.shape.at(-2)!, outer],
    [...lead, ...a.shape.slice(-2)],
    [...lead, inner, outer],
  ]
  const swapped = (value: Value) => {
    const perm = value.shape.map((_, axis) => axis)
    perm.push(...perm.splice(-2).reverse())
    return graph.op('Transpose', [value.name], { perm })
  }
  return tape.record(graph.op('MatMul', [a.name, b.name]), full, [a, b], (g) => [
    [a, () => unbroadcast(tape, graph.op('MatMul', [g, swapped(b)]), left, a.shape)],
    [b, () => unbroadcast(tape, graph.op('MatMul', [swapped(a), g]), right, b.shape)],
  ])
}

/**
 * A convolution whose kernels touch and do not overlap (stride = kernel, no padding): an embedding of patches or
 * tubelets. x [N, C, ...sizes], weight [O, C, ...kernel], bias [O] or none → [N, O, ...sizes / kernel]. As a product
 * of the patches with the weights: faster than Conv, and its gradient is one too. What a last incomplete patch would
 * be is left out, as Conv does: sizes must be cut to multiples before.
 */
export function patchProduct(tape: Tape, x: Value, weight: Value, bias: Value | null): Value {
  const [batch, channels, ...sizes] = x.shape as [number, number, ...number[]]
  const [outputs, , ...kernel] = weight.shape as [number, number, ...number[]]
  const counts = sizes.map((size, axis) => size / kernel[axis]!)
  // [N, C, n1, k1, n2, k2 …] → [N, n1, n2 …, C, k1, k2 …]
  const split = reshape(tape, x, [
    batch,
    channels,
    ...counts.flatMap((count, axis) => [count, kernel[axis]!]),
  ])
  const spatial = counts.map((_, axis) => 2 + 2 * axis)
  const apart = transpose(tape, split, [0, ...spatial, 1, ...spatial.map((axis) => axis + 1)])
  const length = channels * sizeOf(kernel)
  const patches = reshape(tape, apart, [batch * sizeOf(counts), length])
  const matrix = transpose(tape, reshape(tape, weight, [outputs, length]), [1, 0])
  const embedded = matmul(tape, patches, matrix)
  const biased = bias ? add(tape, embedded, bias) : embedded
  const rows = reshape(tape, biased, [batch, ...counts, outputs])
  return transpose(tape, rows, [0, counts.length + 1, ...counts.map((_, axis) => axis + 1)])
}
