import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { type ActivationRange, createRangeRecorder } from '../../../../src/onnx/quantize/activation-range.ts'
import { quantizeStatic, watchActivations } from '../../../../src/onnx/quantize/quantize-static.ts'
import { describeModel, readModel } from '../../../../src/onnx/read-model.ts'
import { noise } from '../../train/tiny-transformer.ts'

const normal = noise(8)
const numbers = (count: number, scale = 1) => Float32Array.from({ length: count }, () => scale * normal())

/** x [N, 3, 8, 8] through two convolutions, the first with a relu, then a Gemm → [N, 4] */
function sample() {
  const graph = createGraphBuilder({ name: 'sample' })
  const x = graph.input('x', 'float32', ['N', 3, 8, 8])
  const conv = (from: string, channels: number, to: number, name: string) =>
    graph.op(
      'Conv',
      [
        from,
        graph.f32(numbers(to * channels * 9, 0.2), [to, channels, 3, 3], name),
        graph.f32(numbers(to), [to]),
      ],
      { pads: [1, 1, 1, 1] },
    )
  const first = graph.op('Relu', [conv(x, 3, 8, 'first')])
  const flat = graph.op('Reshape', [conv(first, 8, 8, 'second'), graph.i64([-1, 512])])
  const y = graph.op(
    'Gemm',
    [flat, graph.f32(numbers(4 * 512, 0.1), [4, 512], 'head'), graph.f32(numbers(4), [4])],
    {
      transB: 1,
    },
  )
  graph.output('y', y, 'float32', ['N', 4])
  return graph.model()
}

const settings = { leastWeights: 100 }
const feed = (x: Float32Array) => ({ x: new Tensor('float32', x, [x.length / 192, 3, 8, 8]) })

async function calibrated(model: Uint8Array): Promise<Map<string, ActivationRange>> {
  const watched = watchActivations(model, settings)
  const session = await InferenceSession.create(watched.model)
  const recorders = new Map(watched.activations.map((name) => [name, createRangeRecorder()]))
  const results = await session.run(feed(numbers(50 * 192)))
  for (const [name, recorder] of recorders) recorder.add(results[name]!.data as Float32Array)
  await session.release()
  return new Map([...recorders].map(([name, recorder]) => [name, recorder.range('minmax')]))
}

async function outputs(model: Uint8Array, x: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(model, { logSeverityLevel: 3 })
  const { y } = await session.run(feed(x))
  await session.release()
  return y!.data as Float32Array
}

const relative = (a: Float32Array, b: Float32Array) =>
  Math.hypot(...a.map((value, n) => value - b[n]!)) / Math.hypot(...a)

describe('quantizeStatic', () => {
  it('computes convolutions and products in 8 bits, close to the float model', async () => {
    const model = sample()
    const { model: quantized, report } = quantizeStatic(model, await calibrated(model), settings)
    expect(report.converted).toEqual(['first', 'second', 'head_kn'])
    // Input, both outputs (the first after its relu); the second output is also the input of the Gemm's reshape.
    expect(describeModel(readModel(quantized)).ops).toMatchObject({ QuantizeLinear: 4, Conv: 2, Gemm: 1 })
    const x = numbers(20 * 192)
    const error = relative(await outputs(model, x), await outputs(quantized, x))
    expect(error).toBeGreaterThan(0)
    expect(error).toBeLessThan(0.03)
  })

  it('errs more with ranges that are far too narrow', async () => {
    const model = sample()
    const ranges = await calibrated(model)
    const narrow = new Map(
      [...ranges].map(([name, { low, high }]) => [name, { low: low / 9, high: high / 9 }]),
    )
    const x = numbers(4 * 192)
    const good = quantizeStatic(model, ranges, settings).model
    const bad = quantizeStatic(model, narrow, settings).model
    const exact = await outputs(model, x)
    expect(relative(exact, await outputs(bad, x))).toBeGreaterThan(
      relative(exact, await outputs(good, x)) * 5,
    )
  })

  it('refuses an activation without a range, and a graph that is quantised already', async () => {
    const model = sample()
    expect(() => quantizeStatic(model, new Map(), settings)).toThrow(/activation x: no range was measured/)
    const { model: quantized } = quantizeStatic(model, await calibrated(model), settings)
    expect(() => watchActivations(quantized, settings)).toThrow(/is quantised already/)
  })
})

describe('range recorder', () => {
  const bell = numbers(50_000)
  const recorded = (values: Float32Array, parts = 1) => {
    const recorder = createRangeRecorder()
    const length = values.length / parts
    for (let part = 0; part < parts; part += 1) recorder.add(values.slice(part * length, (part + 1) * length))
    return recorder
  }

  it('takes all values, or leaves outliers outside', () => {
    const values = Float32Array.from(bell)
    values[7] = 500
    const recorder = recorded(values)
    expect(recorder.range('minmax')).toEqual({
      low: Math.min(...bell.slice(0, 7), ...bell.slice(8)),
      high: 500,
    })
    for (const method of ['percentile', 'entropy'] as const) {
      const { low, high } = recorder.range(method)
      expect(high).toBeGreaterThan(2)
      // Bins are as wide as the outlier makes them.
      expect(high).toBeLessThan(40)
      expect(-low).toBeLessThanOrEqual(high)
    }
  })

  it('clips a bell curve a little, where few values are', () => {
    const { low, high } = recorded(bell).range('entropy')
    const outside = bell.filter((value) => value < low || value > high).length / bell.length
    expect(outside).toBeLessThan(0.05)
    expect(high).toBeGreaterThan(2)
  })

  it('gives the same whether values come together or in parts, in any order of size', () => {
    const sorted = bell.toSorted((a, b) => Math.abs(a) - Math.abs(b))
    expect(recorded(sorted, 100).range('percentile')).toEqual(recorded(bell).range('percentile'))
  })

  it('bears what never varies and what is no number', () => {
    expect(recorded(new Float32Array(9)).range('entropy')).toEqual({ low: 0, high: 1 })
    expect(recorded(Float32Array.of(1, Number.NaN, 2)).range('minmax')).toEqual({ low: 0, high: 2 })
  })
})
