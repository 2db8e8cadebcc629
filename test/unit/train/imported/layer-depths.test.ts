import { describe, expect, it } from 'vitest'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { importGraph } from '../../../../src/train/imported/import-graph.ts'
import { createVideoTransformer } from '../../../../src/train/models/video-transformer.ts'
import { startWeights } from '../../../../src/train/run/fine-tune.ts'
import { layersOf, rateScales } from '../../../../src/train/step/parameter-rates.ts'
import { buildServingGraph } from '../../../../src/train/step/step-graph.ts'
import { numbers } from '../autodiff/check-gradients.ts'
import { importFixture } from './pytorch-fixtures.ts'

describe('layers of an imported graph', () => {
  it('are those that the names tell where the graph is one of ours', () => {
    const own = createVideoTransformer({
      name: 'own',
      labels: ['a', 'b'],
      clip: { frames: 4, heightPx: 16, widthPx: 16 },
      patchPx: 8,
      tubeletFrames: 2,
      width: 16,
      heads: 2,
      hidden: 32,
      depthSpace: 3,
      depthTime: 2,
    })
    const bytes = buildServingGraph(own, startWeights(own, 1))
    const { parameters } = importGraph({ name: 'own', bytes, labels: own.labels })
    // Fixed positions look like weights in a graph; in our own they have no name.
    const found = layersOf(parameters).map((layer) => layer.filter((name) => !name.startsWith('const_')))
    expect(found.map((layer) => layer.sort())).toEqual(
      layersOf(own.parameters).map((layer) => layer.toSorted()),
    )
  })

  it.each(['videomae', 'timesformer', 'timesformer-fixed-batch', 'plain-vit-opset-14'])(
    'of %s are patches, one block and the head, whatever the exporter called them',
    (name) => {
      const { parameters } = importFixture(name)
      const layers = layersOf(parameters)
      expect(layers.length).toBe(3)
      expect(layers[0]!.some((each) => /embed|projection/.test(each))).toBe(true)
      expect(layers[0]!.some((each) => /linear|attn|layernorm/.test(each))).toBe(false)
      expect(layers[2]!.sort()).toEqual([
        expect.stringMatching(/(classifier|head)\.bias$/),
        expect.stringMatching(/(classifier|head)\.weight$/),
      ])
      expect(layers.flat().sort()).toEqual(parameters.map((each) => each.name).sort())
    },
  )

  it('give rates and frozen tensors as the plan says', () => {
    const { parameters } = importFixture('videomae')
    const [patches, block, head] = layersOf(parameters) as [string[], string[], string[]]
    const falling = rateScales(parameters, { trained: 'all', decay: 0.5 })
    expect([patches, block, head].map((layer) => new Set(layer.map(falling)))).toEqual(
      [0.25, 0.5, 1].map((rate) => new Set([rate])),
    )
    const last = rateScales(parameters, { trained: 1, decay: 1 })
    expect(patches.every((name) => last(name) === 0)).toBe(true)
    expect([...block, ...head].every((name) => last(name) === 1)).toBe(true)
    expect(() => rateScales(parameters, { trained: 3, decay: 1 })).toThrow(
      expect.objectContaining({
        code: 'TRAIN_PLAN',
        message: expect.stringMatching(/has 2 before its head/),
      }),
    )
  })

  it('count a residual block of convolutions once, and what follows a skip of its own kind anew', () => {
    const graph = createGraphBuilder({ name: 'residual' })
    const clips = graph.input('clips', 'uint8', ['N', 2, 4, 4, 3])
    const flat = graph.op('Reshape', [graph.op('Cast', [clips], { to: 1 }), graph.i64([0, 96])])
    const dense = (x: string, name: string, from: number, to: number) =>
      graph.op('Add', [
        graph.op('MatMul', [x, graph.f32(numbers(from * to, 1), [from, to], `${name}.weight`)]),
        graph.f32(numbers(to, 2), [to], `${name}.bias`),
      ])
    let x = graph.op('Relu', [dense(flat, 'stem', 96, 8)])
    for (const name of ['first', 'second']) {
      const up = graph.op('Relu', [dense(x, `${name}.up`, 8, 8)])
      x = graph.op('Add', [x, dense(up, `${name}.down`, 8, 8)])
    }
    // A projected skip: what goes in is not what is added.
    x = graph.op('Add', [dense(x, 'third.short', 8, 4), dense(graph.op('Relu', [x]), 'third.long', 8, 4)])
    graph.output('logits', dense(x, 'last', 4, 2), 'float32', ['N', 2])
    const { parameters } = importGraph({ name: 'residual', bytes: graph.model(), labels: ['a', 'b'] })
    const stems = layersOf(parameters).map((layer) => [...new Set(layer.map((name) => name.split('.')[0]))])
    expect(stems).toEqual([['stem'], ['first'], ['second'], ['third'], ['last']])
  })
})
