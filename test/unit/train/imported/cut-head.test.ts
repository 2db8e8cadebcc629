import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
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

describe('cutHead', () => {
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
