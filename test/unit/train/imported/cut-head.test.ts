import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder, type GraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { readModel } from '../../../../src/onnx/read-model.ts'
import { sizesOf } from '../../../../src/onnx/tensor-data.ts'
import { layOut } from '../../../../src/train/autodiff/parameters.ts'
import { cutHead } from '../../../../src/train/imported/cut-head.ts'
import { findHead, tensorOf } from '../../../../src/train/imported/find-head.ts'
import { importGraph } from '../../../../src/train/imported/import-graph.ts'
import { openFixture, relativeError, runClips } from './pytorch-fixtures.ts'

describe.each(['videomae', 'timesformer', 'timesformer-fixed-batch', 'plain-vit-opset-14'])(
  'cutHead of %s',
  (name) => {
    const { bytes, clips, reference } = openFixture(name)

    it('leaves what the head saw, so that the head gives the same logits of it', async () => {
      const model = readModel(bytes)
      const { graph, matrix } = findHead(model)
      const weight = tensorOf(graph, matrix.input[1]!)!
      const width = Math.max(...sizesOf(weight))
      const features = await runClips(cutHead(bytes, name), clips, reference.shape)
      // Rows of clips, or of frames whose scores were averaged.
      expect(features.length % (reference.shape[0] * width)).toBe(0)

      const imported = importGraph({ name, bytes, labels: ['a', 'b', 'c'] })
      const { entries } = layOut(imported.parameters)
      const head = entries.filter(({ layer }) => layer === 2)
      const valuesOf = (rank: number) => {
        const { start, count, shape } = head.find((entry) => entry.shape.length === rank)!
        return { values: imported.start.subarray(start, start + count), shape }
      }
      const [{ values, shape }, bias] = [valuesOf(2), valuesOf(1)]
      const turned = shape[0] === 3
      const [batch] = reference.shape
      const rows = features.length / width / batch
      const logits = Array.from({ length: batch * 3 }, (_, at) => {
        const [clip, label] = [Math.floor(at / 3), at % 3]
        let sum = 0
        for (let row = 0; row < rows; row += 1)
          for (let n = 0; n < width; n += 1)
            sum +=
              (features[(clip * rows + row) * width + n]! *
                values[turned ? label * width + n : n * 3 + label]!) /
              rows
        return sum + bias.values[label]!
      })
      expect(relativeError(logits, reference.logits)).toBeLessThan(1e-5)
    })
  },
)

/** A classifier that sees the mean of maps, as exporters write that. */
function convolutional(pool: (graph: GraphBuilder, maps: string) => string): Uint8Array {
  const graph = createGraphBuilder({ name: 'convolutional' })
  const pictures = graph.input('pictures', 'float32', ['N', 1, 4, 4])
  const maps = graph.op('Conv', [pictures, graph.f32(Float32Array.of(1, -2), [2, 1, 1, 1])])
  const seen = pool(graph, maps)
  const logits = graph.op('Gemm', [seen, graph.f32(new Float32Array(6).fill(1), [2, 3], 'head.weight')])
  graph.output('logits', logits, 'float32', ['N', 3])
  return graph.model()
}

describe('cutHead', () => {
  it.each<[string, number[], (graph: GraphBuilder, maps: string) => string]>([
    [
      'GlobalAveragePool and Flatten',
      [1, 2, 4, 4],
      (graph, maps) => graph.op('Flatten', [graph.op('GlobalAveragePool', [maps])]),
    ],
    [
      'GlobalAveragePool and Reshape',
      [1, 2, 4, 4],
      (graph, maps) => graph.op('Reshape', [graph.op('GlobalAveragePool', [maps]), graph.i64([-1, 2])]),
    ],
    [
      'ReduceMean over the places',
      [1, 2, 4, 4],
      (graph, maps) => graph.op('ReduceMean', [maps, graph.i64([-1, -2])], { keepdims: 0 }),
    ],
    [
      'a mean over one axis',
      [1, 2],
      (graph, maps) =>
        graph.op(
          'ReduceMean',
          [graph.op('ReduceMean', [maps, graph.i64([3])], { keepdims: 0 }), graph.i64([2])],
          { keepdims: 0 },
        ),
    ],
    [
      'the highest of all places',
      [1, 2],
      (graph, maps) => graph.op('Flatten', [graph.op('GlobalMaxPool', [maps])]),
    ],
  ])('leaves the maps where the head saw their mean: %s', async (_, dims, pool) => {
    const session = await InferenceSession.create(cutHead(convolutional(pool), 'x'))
    const pictures = new Tensor(
      'float32',
      Float32Array.from({ length: 16 }, (__, n) => n),
      [1, 1, 4, 4],
    )
    const given = (await session.run({ pictures }))[session.outputNames[0]!]!
    expect(given.dims).toEqual(dims)
    await session.release()
  })

  it.each([
    [
      'the stage before the maps that became smaller last',
      3,
      [
        [1, 2, 2, 2],
        [1, 4, 4, 4],
      ],
    ],
    ['nothing of a network of one stage', 1, [[1, 2, 2, 2]]],
  ] as const)('leaves %s', async (_, layers, dims) => {
    const graph = createGraphBuilder({ name: 'stages' })
    const pictures = graph.input('pictures', 'float32', ['N', 1, 4, 4])
    const convolve = (x: string, from: number, to: number, stride: number) => {
      const kernel = graph.f32(new Float32Array(from * to).fill(1), [to, from, 1, 1])
      return graph.op('Relu', [graph.op('Conv', [x, kernel], { strides: [stride, stride] })])
    }
    const deep = layers === 1 ? pictures : convolve(pictures, 1, 4, 1)
    let maps = convolve(deep, layers === 1 ? 1 : 4, 2, 2)
    if (layers > 2) maps = convolve(maps, 2, 2, 1)
    const seen = graph.op('Flatten', [graph.op('GlobalAveragePool', [maps])])
    const logits = graph.op('MatMul', [seen, graph.f32(new Float32Array(6), [2, 3], 'head.weight')])
    graph.output('logits', logits, 'float32', ['N', 3])
    const session = await InferenceSession.create(cutHead(graph.model(), 'x'))
    const given = await session.run({ pictures: new Tensor('float32', new Float32Array(16), [1, 1, 4, 4]) })
    expect(session.outputNames.map((name) => given[name]!.dims)).toEqual(dims)
    await session.release()
  })

  it('refuses a graph that gives probabilities, and says what to do instead', () => {
    const graph = createGraphBuilder({ name: 'probabilities' })
    const x = graph.input('x', 'float32', ['N', 4])
    const scores = graph.op('MatMul', [x, graph.f32(new Float32Array(8), [4, 2], 'head')])
    graph.output('y', graph.op('Softmax', [scores], { axis: -1 }), 'float32', ['N', 2])
    expect(() => cutHead(graph.model(), 'x')).toThrow(
      expect.objectContaining({
        code: 'TRAIN_UNSUPPORTED_OP',
        message: expect.stringMatching(/Softmax.*Export the logits of a classifier/),
      }),
    )
  })
})
