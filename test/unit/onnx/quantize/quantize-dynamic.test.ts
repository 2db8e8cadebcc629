import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { quantizeDynamic } from '../../../../src/onnx/quantize/quantize-dynamic.ts'
import { quantizeWeights } from '../../../../src/onnx/quantize/quantize-weights.ts'
import { describeModel, readModel } from '../../../../src/onnx/read-model.ts'
import { noise } from '../../train/tiny-transformer.ts'

const normal = noise(5)
const numbers = (count: number, scale = 1) => Float32Array.from({ length: count }, () => scale * normal())

/** x [N, 32] through a Gemm of each kind and a MatMul that shares its input with another. → [N, 16] */
function sample() {
  const graph = createGraphBuilder({ name: 'sample' })
  const x = graph.input('x', 'float32', ['N', 32])
  const up = graph.op('Gemm', [x, graph.f32(numbers(32 * 64), [32, 64], 'up'), graph.f32(numbers(64), [64])])
  const turned = graph.f32(numbers(48 * 64, 0.1), [48, 64], 'turned')
  const bias = graph.f32(numbers(48), [48], 'bias')
  const down = graph.op('Gemm', [graph.op('Relu', [up]), turned, bias], {
    transB: 1,
    alpha: { float: 0.5 },
    beta: { float: 2 },
  })
  const [left, right] = ['left', 'right'].map((name) =>
    graph.op('MatMul', [down, graph.f32(numbers(48 * 32, 0.2), [48, 32], name)]),
  ) as [string, string]
  const small = graph.op('MatMul', [
    graph.op('Add', [left, right]),
    graph.f32(numbers(32 * 16), [32, 16], 'small'),
  ])
  graph.output('y', small, 'float32', ['N', 16])
  return graph.model()
}

async function outputs(model: Uint8Array, x: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(model)
  const { y } = await session.run({ x: new Tensor('float32', x, [x.length / 32, 32]) })
  await session.release()
  return y!.data as Float32Array
}

const relative = (a: Float32Array, b: Float32Array) =>
  Math.hypot(...a.map((value, n) => value - b[n]!)) / Math.hypot(...a)

describe('quantizeDynamic', () => {
  it('computes products with large matrices in 8 bits, close to the float model', async () => {
    const model = sample()
    const { model: quantized, report } = quantizeDynamic(model)
    expect(report.converted).toEqual(['up', 'turned_kn', 'left', 'right'])
    expect(report.worstWeightError).toBeLessThan(0.02)
    expect(report.bytesAfter).toBeLessThan(report.bytesBefore * 0.5)
    const { ops } = describeModel(readModel(quantized))
    // left and right share what their input was made into; small is not worth it.
    expect(ops).toMatchObject({ MatMulInteger: 4, DynamicQuantizeLinear: 3, MatMul: 1 })
    expect(ops.Gemm).toBeUndefined()
    const x = numbers(20 * 32)
    const error = relative(await outputs(model, x), await outputs(quantized, x))
    expect(error).toBeGreaterThan(0)
    expect(error).toBeLessThan(0.03)
  })

  it('keeps what it is told to keep', () => {
    const { report } = quantizeDynamic(sample(), { keep: ['left'], leastWeights: 1 })
    expect(report.converted).toEqual(['up', 'turned_kn', 'right', 'small'])
  })

  it('rewrites what it does not quantise without changing the result', async () => {
    const model = sample()
    const { model: split, report } = quantizeDynamic(model, { leastWeights: 1e9 })
    expect(report.converted).toEqual([])
    const x = numbers(4 * 32)
    expect(relative(await outputs(model, x), await outputs(split, x))).toBeLessThan(1e-6)
  })

  it('refuses a graph that is quantised already, and bytes that are no graph', () => {
    const { model } = quantizeDynamic(sample())
    expect(() => quantizeDynamic(model)).toThrow(/is quantised already: node .* is DynamicQuantizeLinear/)
    expect(() => quantizeDynamic(Uint8Array.of(1, 2, 3))).toThrow(/not an ONNX file/)
  })
})

describe('quantizeWeights', () => {
  it('gives each channel its own scale and errs by half a step at most', () => {
    // Columns of very different size.
    const weights = Float32Array.from({ length: 30 }, (_, n) => normal() * [1, 100, 0][n % 3]!)
    const { values, scales } = quantizeWeights(weights, { outer: 10, channels: 3, inner: 1 }, false)
    expect(scales[2]).toBe(1)
    for (const [n, weight] of weights.entries()) {
      const scale = scales[n % 3]!
      expect(Math.abs(values[n]! * scale - weight)).toBeLessThanOrEqual(scale * 0.5001)
    }
    for (const channel of [0, 1])
      expect(Math.max(...values.filter((_, n) => n % 3 === channel).map(Math.abs))).toBe(127)
  })

  it('leaves a bit free for processors without VNNI', () => {
    const { values } = quantizeWeights(numbers(64), { outer: 1, channels: 4, inner: 16 }, true)
    expect(Math.max(...values.map(Math.abs))).toBe(63)
  })
})
