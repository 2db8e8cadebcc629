import { unbroadcast } from '../autodiff/ops-arithmetic.ts'
import { concat, reshape, slice } from '../autodiff/ops-shape.ts'
import { shapeConstant, type Tape, type Value } from '../autodiff/tape.ts'

/** Sum or mean over some axes, kept with length 1 or dropped. */
export function reduce(
  tape: Tape,
  x: Value,
  { axes, keep, mean }: { axes: readonly number[]; keep: boolean; mean: boolean },
): Value {
  const { graph } = tape
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1)
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const shape = keep ? kept : x.shape.filter((_, axis) => !axes.includes(axis))
  const y = graph.op(mean ? 'ReduceMean' : 'ReduceSum', [x.name, graph.i64(axes)], { keepdims: keep ? 1 : 0 })
  return tape.record(y, shape, [x], (g) => [
    [
      x,
      () => {
        const share = mean ? graph.op('Mul', [g, graph.f32([1 / count])]) : g
        const placed = keep ? share : graph.op('Reshape', [share, shapeConstant(graph, kept)])
        // Expand broadcasts both ways: a 1 leaves what is there.
        return graph.op('Expand', [
          placed,
          graph.i64(x.shape.map((size, axis) => (axes.includes(axis) ? size : 1))),
        ])
      },
    ],
  ])
}

/** x repeated to `shape`; `target` is the shape as a tensor of the graph. */
export function expand(tape: Tape, x: Value, shape: readonly number[], target: string): Value {
  const y = tape.graph.op('Expand', [x.name, target])
  return tape.record(y, shape, [x], (g) => [[x, () => unbroadcast(tape, g, shape, x.shape)]])
}

/**
 * Elements of one axis in the order of `indices`: [.., size, ..] → [.., indices, ..]. One stretch is a slice;
 * otherwise the gradient is a product with the matrix that has a one where an element was taken.
 */
export function gather(tape: Tape, x: Value, axis: number, indices: readonly number[]): Value {
  const { graph } = tape
  const [first = 0] = indices
  if (indices.every((index, n) => index === first + n))
    return slice(tape, x, axis, [first, first + indices.length])
  const size = x.shape[axis]!
  const shape = x.shape.with(axis, indices.length)
  const y = graph.op('Gather', [x.name, graph.i64(indices)], { axis })
  return tape.record(y, shape, [x], (g) => [
    [
      x,
      () => {
        // The axis to the front: [indices, rest] → [size, rest].
        const perm = [axis, ...shape.map((_, other) => other).filter((other) => other !== axis)]
        const turned = graph.op('Transpose', [g], { perm })
        const flat = graph.op('Reshape', [turned, graph.i64([indices.length, -1])])
        const taken = new Float32Array(size * indices.length)
        indices.forEach((index, n) => {
          taken[index * indices.length + n] = 1
        })
        const summed = graph.op('MatMul', [graph.f32(taken, [size, indices.length]), flat])
        const placed = graph.op('Reshape', [
          summed,
          shapeConstant(
            graph,
            perm.map((other) => x.shape[other]!),
          ),
        ])
        return graph.op('Transpose', [placed], { perm: perm.map((_, other) => perm.indexOf(other)) })
      },
    ],
  ])
}

/** x set beside itself along every axis so many times. */
export function tile(tape: Tape, x: Value, repeats: readonly number[]): Value {
  return repeats.reduce(
    (all, count, axis) =>
      count === 1
        ? all
        : concat(
            tape,
            Array.from({ length: count }, () => all),
            axis,
          ),
    x,
  )
}

/** Softmax over any axis. */
export function softmaxOver(tape: Tape, x: Value, axis: number): Value {
  const { graph } = tape
  const y = graph.op('Softmax', [x.name], { axis })
  return tape.record(y, x.shape, [x], (g) => [
    [
      x,
      () => {
        const total = graph.op('ReduceSum', [graph.op('Mul', [g, y]), graph.i64([axis])], { keepdims: 1 })
        return graph.op('Mul', [y, graph.op('Sub', [g, total])])
      },
    ],
  ])
}

/** Mean 0 and deviation 1 over the last axis. */
export function normalise(tape: Tape, x: Value, epsilon: number): Value {
  const { graph } = tape
  const last = graph.i64([-1])
  const mean = (name: string) => graph.op('ReduceMean', [name, last], { keepdims: 1 })
  const centred = graph.op('Sub', [x.name, mean(x.name)])
  const variance = mean(graph.op('Mul', [centred, centred]))
  const deviation = graph.op('Sqrt', [graph.op('Add', [variance, graph.f32([epsilon])])])
  const y = graph.op('Div', [centred, deviation])
  return tape.record(y, x.shape, [x], (g) => [
    [
      x,
      () => {
        // dx = (g - mean(g) - y·mean(g·y)) / deviation
        const along = graph.op('Mul', [y, mean(graph.op('Mul', [g, y]))])
        return graph.op('Div', [graph.op('Sub', [graph.op('Sub', [g, mean(g)]), along]), deviation])
      },
    ],
  ])
}

/** The same numbers in another shape, unless it is the same shape. */
export function reshapeTo(tape: Tape, x: Value, shape: readonly number[]): Value {
  return x.shape.join() === shape.join() ? x : reshape(tape, x, shape)
}
