import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../../../src/onnx/graph-builder.ts'
import { describeModel, readModel } from '../../../src/onnx/read-model.ts'

describe('graph builder', () => {
  it('writes a model that ONNX Runtime runs', async () => {
    const graph = createGraphBuilder({ name: 'affine' })
    const x = graph.input('x', 'uint8', ['N', 3])
    const scaled = graph.op('Mul', [graph.op('Cast', [x], { to: 1 }), graph.f32([0.5])])
    const weights = graph.f32([1, 2, 3, 4, 5, 6], [3, 2])
    graph.output(
      'y',
      graph.op('Gemm', [scaled, weights, graph.f32([1, -1], [2])], { alpha: { float: 2 } }),
      'float32',
      ['N', 2],
    )
    const session = await InferenceSession.create(graph.model())
    const { y } = await session.run({ x: new Tensor('uint8', Uint8Array.from([1, 2, 3, 4, 5, 6]), [2, 3]) })
    // x·W = [22 28; 49 64], times 0.5 times 2, plus the bias
    expect([...(y!.data as Float32Array)]).toEqual([23, 27, 50, 63])
    await session.release()
  })

  it('describes itself when it is read again', () => {
    const graph = createGraphBuilder({ name: 'two' })
    const x = graph.input('x', 'float32', ['N', 4])
    const [low, high] = graph.ops('Split', [x, graph.i64([1, 3])], 2, { axis: 1 })
    graph.output('low', low!, 'float32', ['N', 1])
    graph.output('high', graph.op('Mul', [high!, graph.f32([2, 2, 2], [3])]), 'float32', ['N', 3])
    const described = describeModel(readModel(graph.model()))
    expect(described).toEqual({
      producer: 'vireo',
      opset: 18,
      inputs: [{ name: 'x', type: 'float32', shape: ['N', 4] }],
      outputs: [
        { name: 'low', type: 'float32', shape: ['N', 1] },
        { name: 'high', type: 'float32', shape: ['N', 3] },
      ],
      ops: { Split: 1, Mul: 1 },
      parameters: 3,
    })
  })

  it('gives what is an input, what is given twice and what is still read under its own name', async () => {
    const graph = createGraphBuilder({ name: 'outputs' })
    const x = graph.input('x', 'float32', [2])
    const twice = graph.op('Add', [x, x])
    graph.output('same', x, 'float32', [2])
    graph.output('first', twice, 'float32', [2])
    graph.output('second', twice, 'float32', [2])
    graph.output('read', graph.op('Mul', [twice, twice]), 'float32', [2])
    const session = await InferenceSession.create(graph.model())
    const given = await session.run({ x: new Tensor('float32', Float32Array.of(1, 3), [2]) })
    const numbers = Object.entries(given).map(([name, { data }]) => [name, [...(data as Float32Array)]])
    expect(Object.fromEntries(numbers)).toEqual({
      same: [1, 3],
      first: [2, 6],
      second: [2, 6],
      read: [4, 36],
    })
    await session.release()
  })

  it('stores equal small constants once', () => {
    const graph = createGraphBuilder({ name: 'c' })
    expect(graph.f32([1])).toBe(graph.f32([1]))
    expect(graph.f32([1])).not.toBe(graph.f32([1], [1]))
    expect(graph.i64([1])).not.toBe(graph.f32([1], [1]))
  })

  it('refuses what cannot run, naming it', () => {
    const graph = createGraphBuilder({ name: 'g' })
    graph.input('x', 'float32', [1])
    expect(() => graph.op('Relu', ['y'])).toThrow(/g: node Relu reads y/)
    expect(() => graph.input('x', 'float32', [1])).toThrow(/x is used twice/)
    expect(() => graph.f32([1, 2], [3])).toThrow(/2 values do not fill the shape \[3\]/)
    expect(() => graph.output('o', 'nope', 'float32', [1])).toThrow(/output o is nope/)
  })

  it('refuses bytes that are no model', () => {
    expect(() => readModel(Uint8Array.from([255, 255, 255]), 'a.onnx')).toThrow(/a\.onnx is not an ONNX file/)
    expect(() => readModel(new Uint8Array(0))).toThrow(/holds no graph/)
  })
})
