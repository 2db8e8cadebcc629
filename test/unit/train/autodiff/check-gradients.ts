import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect } from 'vitest'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import * as arithmetic from '../../../../src/train/autodiff/ops-arithmetic.ts'
import { createTape, sizeOf, type Tape, type Value } from '../../../../src/train/autodiff/tape.ts'
import type { Objective } from '../../../../src/train/step/objective.ts'
import { buildGradientGraph } from '../../../../src/train/step/step-graph.ts'

/** Reproducible numbers around 0. */
export function numbers(count: number, seed: number): Float32Array {
  let state = seed * 7919 + 17
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
}

const size = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1)

/**
 * Compares the emitted gradients with central differences. The result of `build` is multiplied by fixed numbers
 * and summed to a scalar, in double precision outside the graph.
 */
export async function checkGradients(
  shapes: readonly number[][],
  build: (tape: Tape, inputs: Value[]) => Value,
  step = 1e-2,
) {
  const graph = createGraphBuilder({ name: 'check' })
  const tape = createTape(graph)
  const inputs = shapes.map((dims, n) => tape.leaf(graph.input(`x${n}`, 'float32', dims), dims))
  const y = build(tape, inputs)
  const mixer = numbers(size(y.shape), 99)
  const mixed = arithmetic.multiply(tape, y, tape.constant(graph.f32(mixer, y.shape), y.shape))
  const loss = scaleToSum(tape, mixed)
  const gradientOf = tape.gradients(loss)
  graph.output('y', y.name, 'float32', y.shape)
  inputs.forEach((input, n) => {
    graph.output(`g${n}`, gradientOf(input)!, 'float32', input.shape)
  })
  const session = await InferenceSession.create(graph.model())
  const values = shapes.map((dims, n) => numbers(size(dims), n + 1))
  const run = (at: readonly Float32Array[]) =>
    session.run(Object.fromEntries(at.map((data, n) => [`x${n}`, new Tensor('float32', data, shapes[n]!)])))
  const lossAt = async (at: readonly Float32Array[]) => {
    const data = (await run(at)).y!.data as Float32Array
    return data.reduce((sum, value, n) => sum + value * mixer[n]!, 0)
  }
  const result = await run(values)
  for (const [n, data] of values.entries()) {
    const emitted = result[`g${n}`]!
    expect(emitted.dims).toEqual(shapes[n])
    const measured = new Float32Array(data.length)
    for (let index = 0; index < data.length; index += 1) {
      const moved = (by: number) =>
        lossAt(
          values.map((other, m) =>
            m === n ? data.map((value, i) => (i === index ? value + by : value)) : other,
          ),
        )
      measured[index] = ((await moved(step)) - (await moved(-step))) / (2 * step)
    }
    const gradient = emitted.data as Float32Array
    const error = Math.hypot(...measured.map((value, i) => value - gradient[i]!))
    expect(error / (Math.hypot(...measured) + 1e-6)).toBeLessThan(5e-3)
    expect(Math.hypot(...gradient)).toBeGreaterThan(1e-4)
  }
  await session.release()
}

function scaleToSum(tape: Tape, x: Value): Value {
  return arithmetic.scale(tape, meanAll(tape, x), size(x.shape))
}

/** Mean over everything: a scalar. */
export function meanAll(tape: Tape, x: Value): Value {
  const { graph } = tape
  const y = graph.op('ReduceMean', [x.name], { keepdims: 0 })
  return tape.record(y, [], [x], (g) => [
    [
      x,
      () => graph.op('Expand', [graph.op('Mul', [g, graph.f32([1 / sizeOf(x.shape)])]), graph.i64(x.shape)]),
    ],
  ])
}

/**
 * The slope of an objective along random ways: as measured by a central difference, and as its gradient says, with the
 * length of the gradient.
 */
export async function lossSlopes(
  objective: Objective,
  weights: Float32Array,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<{ measured: number; emitted: number; length: number }[]> {
  const session = await InferenceSession.create(buildGradientGraph(objective))
  const at = async (values: Float32Array) => {
    const given = { ...feeds, weights: new Tensor('float32', values, [values.length]) }
    const { loss, gradient } = await session.run(given)
    return { loss: (loss!.data as Float32Array)[0]!, gradient: gradient!.data as Float32Array }
  }
  const { gradient } = await at(weights)
  const slopes = []
  for (const seed of [1, 2, 3]) {
    const along = numbers(weights.length, seed)
    const [ahead, behind] = await Promise.all(
      [1e-3, -1e-3].map((by) => at(weights.map((w, n) => w + by * along[n]!))),
    )
    slopes.push({
      measured: (ahead!.loss - behind!.loss) / 2e-3,
      emitted: gradient.reduce((sum, g, n) => sum + g * along[n]!, 0),
      length: Math.hypot(...gradient),
    })
  }
  await session.release()
  return slopes
}
