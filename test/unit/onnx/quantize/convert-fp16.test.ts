import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { convertFp16 } from '../../../../src/onnx/quantize/convert-fp16.ts'
import { describeModel, readModel } from '../../../../src/onnx/read-model.ts'
import { buildServingGraph } from '../../../../src/train/step/step-graph.ts'
import { noise, tinyTransformer } from '../../train/tiny-transformer.ts'

const normal = noise(3)
const numbers = (count: number) => Float32Array.from({ length: count }, () => normal())

describe('convertFp16', () => {
  it('keeps inputs, outputs and sums of squares float and the logits close', async () => {
    const { model, weights } = tinyTransformer()
    const graph = buildServingGraph(model, weights)
    const { model: half, report } = convertFp16(graph)
    expect(report.bytesAfter).toBeLessThan(report.bytesBefore * 0.75)
    expect(report.worstWeightError).toBeLessThan(0.001)
    const [before, after] = [graph, half].map((bytes) => describeModel(readModel(bytes)))
    expect(after!.inputs).toEqual(before!.inputs)
    expect(after!.outputs).toEqual(before!.outputs)
    const clips = new Tensor(
      'uint8',
      Uint8Array.from(numbers(2 * 8 * 16 * 24 * 3), (x) => 128 + 40 * x),
      [2, 8, 16, 24, 3],
    )
    const [exact, near] = await Promise.all(
      [graph, half].map(async (bytes) => {
        const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 })
        const { logits } = await session.run({ clips })
        await session.release()
        return logits!.data as Float32Array
      }),
    )
    const error = Math.max(...exact!.map((value, n) => Math.abs(value - near![n]!)))
    expect(error).toBeGreaterThan(0)
    expect(error).toBeLessThan(0.02 * Math.max(...exact!.map(Math.abs)))
  })

  it('casts where the precision changes, and only there', () => {
    const graph = createGraphBuilder({ name: 'casts' })
    const x = graph.input('x', 'float32', ['N', 8])
    const weight = () => graph.f32(numbers(64), [8, 8])
    const one = graph.op('MatMul', [x, weight()])
    const two = graph.op('MatMul', [graph.op('Relu', [one]), weight()])
    const rows = graph.op('Add', [graph.op('Shape', [two]), graph.i64([1, 1])])
    graph.output('y', graph.op('Softmax', [two], { axis: -1 }), 'float32', ['N', 8])
    graph.output('rows', rows, 'int64', [2])
    const { ops } = describeModel(readModel(convertFp16(graph.model()).model))
    // x to half; two back to float for softmax and shape.
    expect(ops).toMatchObject({ Cast: 2, MatMul: 2, Relu: 1, Softmax: 1, Add: 1 })
  })

  it('leaves a node float whose weights are too large for half precision, or that is to be kept', () => {
    const graph = createGraphBuilder({ name: 'large' })
    const x = graph.input('x', 'float32', ['N', 2])
    const large = graph.op('MatMul', [x, graph.f32([1, 2, 3, 70_000], [2, 2], 'large')])
    const kept = graph.op('MatMul', [large, graph.f32([1, 2, 3, 4], [2, 2], 'kept')])
    graph.output('y', graph.op('MatMul', [kept, graph.f32([1, 2, 3, 4], [2, 2], 'small')]), 'float32', [
      'N',
      2,
    ])
    expect(convertFp16(graph.model(), { keep: ['kept'] }).report.converted).toEqual(['small'])
  })
})
