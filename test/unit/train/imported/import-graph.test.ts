import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createGraphBuilder, type GraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { readModel } from '../../../../src/onnx/read-model.ts'
import { layOut } from '../../../../src/train/autodiff/parameters.ts'
import { importGraph } from '../../../../src/train/imported/import-graph.ts'
import { singleLabel } from '../../../../src/train/step/objective.ts'
import { buildGradientGraph, buildServingGraph } from '../../../../src/train/step/step-graph.ts'
import { createTrainer } from '../../../../src/train/step/trainer.ts'
import { numbers } from '../autodiff/check-gradients.ts'
import {
  fixtureLabels,
  floatsOfText,
  importFixture,
  openFixture,
  relativeError,
  runClips,
} from './pytorch-fixtures.ts'

const fixtures = ['videomae', 'timesformer', 'timesformer-fixed-batch', 'plain-vit-opset-14']

describe.each(fixtures)('%s as PyTorch exports it', (name) => {
  const { reference, clips, bytes, target } = openFixture(name)
  const model = importFixture(name)
  const layout = layOut(model.parameters)
  const objective = singleLabel(model, { batch: 2 })

  it('gives the logits of the graph and of PyTorch, also for another batch', async () => {
    const ours = buildServingGraph(model, model.start)
    const logits = await runClips(ours, clips, reference.shape)
    expect(relativeError(logits, await runClips(bytes, clips, reference.shape))).toBeLessThan(1e-5)
    expect(relativeError(logits, reference.logits)).toBeLessThan(1e-5)
    const one = reference.shape.with(0, 1)
    const second = await runClips(ours, clips.slice(clips.length / 2), one)
    expect(relativeError(second, reference.logits.slice(3))).toBeLessThan(1e-5)
  })

  it('has the gradients of PyTorch', async () => {
    const session = await InferenceSession.create(buildGradientGraph(objective), { intraOpNumThreads: 1 })
    const result = await session.run({
      weights: new Tensor('float32', model.start, [layout.total]),
      clips: new Tensor('uint8', clips, reference.shape),
      target: new Tensor('float32', target, [2, 3]),
    })
    await session.release()
    expect((result.loss!.data as Float32Array)[0]).toBeCloseTo(reference.loss, 5)
    const gradient = result.gradient!.data as Float32Array
    const pairs = layout.entries.flatMap(({ name: each, start, count }) => {
      const wanted = reference.gradients[each]
      return wanted === undefined
        ? []
        : [[gradient.slice(start, start + count), floatsOfText(wanted)] as const]
    })
    // Where the exporter computed a table in advance, PyTorch has no parameter of its shape.
    expect(pairs.length).toBeGreaterThanOrEqual(layout.entries.length - 2)
    const join = (side: 0 | 1) => pairs.flatMap((pair) => Array.from(pair[side]))
    expect(relativeError(join(0), join(1))).toBeLessThan(1e-5)
  })

  it('learns, and the trained graph has the same nodes and gives what was trained', async () => {
    const trainer = await createTrainer({ objective, threads: 1, weights: model.start })
    const losses: number[] = []
    for (let step = 0; step < 8; step += 1) losses.push((await trainer.step({ clips, target }, 8e-3)).loss)
    const { weights } = trainer.state()
    await trainer.close()
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!)
    const exported = model.exportGraph(weights)
    const logits = await runClips(exported, clips, reference.shape)
    expect(
      relativeError(logits, await runClips(buildServingGraph(model, weights), clips, reference.shape)),
    ).toBeLessThan(1e-5)
    const nodesOf = (graph: Uint8Array) =>
      readModel(graph).graph!.node.map((node) => `${node.name} ${node.opType}`)
    const dropped = nodesOf(bytes).filter((node) => !nodesOf(exported).includes(node))
    expect(dropped.every((node) => node.endsWith('Identity'))).toBe(true)
    expect(model.exportGraph(model.start)).toEqual(model.exportGraph(model.start))
  })

  it('takes a new head for other labels', async () => {
    const labels = ['a', 'b', 'c', 'd', 'e']
    const other = importGraph({ name, bytes, labels: fixtureLabels, newHead: { labels, seed: 1 } })
    const logits = await runClips(buildServingGraph(other, other.start), clips, reference.shape)
    expect(logits.length).toBe(10)
    expect(Math.max(...logits.map(Math.abs))).toBeLessThan(0.2)
    expect(
      relativeError(await runClips(other.exportGraph(other.start), clips, reference.shape), logits),
    ).toBeLessThan(1e-5)
    const kept = (each: typeof model) =>
      each.parameters
        .map(({ name: parameter }) => parameter)
        .filter((parameter) => !parameter.startsWith('head.'))
    expect(kept(model).filter((parameter) => !kept(other).includes(parameter)).length).toBeLessThanOrEqual(2)
  })
})

/** A small graph of clips [N, 2, 4, 4, 3] → logits [N, 2] with `middle` between pixels and a matrix of weights. */
function clipGraph(
  middle: (graph: GraphBuilder, pixels: string) => { value: string; features: number },
): Uint8Array {
  const graph = createGraphBuilder({ name: 'by-hand' })
  const clips = graph.input('clips', 'uint8', ['N', 2, 4, 4, 3])
  const pixels = graph.op('Mul', [
    graph.op('Cast', [clips], { to: 1 }),
    graph.f32([1 / 255, 1 / 255, 1 / 255], [3]),
  ])
  const { value, features } = middle(graph, pixels)
  const weight = graph.f32(numbers(features * 2, 3), [features, 2], 'head')
  graph.output('logits', graph.op('MatMul', [value, weight]), 'float32', ['N', 2])
  return graph.model()
}

const take = (bytes: Uint8Array) => importGraph({ name: 'by-hand', bytes, labels: ['a', 'b'] })

describe('importGraph', () => {
  it('follows shapes that the graph computes, with the batch free', async () => {
    const bytes = clipGraph((graph, pixels) => {
      const shape = graph.op('Shape', [pixels])
      const pick = (index: number) => graph.op('Gather', [shape, graph.i64([index])], { axis: 0 })
      // N, H·W·3 by arithmetic; frames by Range, backwards; a class token by Expand and ConstantOfShape.
      const area = graph.op('Mul', [graph.op('Mul', [pick(2), pick(3)]), graph.i64([3])])
      const target = graph.op('Concat', [pick(0), graph.i64([-1]), graph.op('Div', [area, graph.i64([2])])], {
        axis: 0,
      })
      const tokens = graph.op('Reshape', [pixels, target])
      const turned = graph.op('Slice', [
        tokens,
        graph.i64([-1]),
        graph.i64([-9999]),
        graph.i64([1]),
        graph.i64([-1]),
      ])
      const ones = graph.op('ConstantOfShape', [graph.i64([3])])
      const none = graph.op('Equal', [ones, graph.f32([1])])
      const sizes = graph.op('Where', [
        none,
        graph.i64([1, 1, 1]),
        graph.op('Concat', [pick(0), graph.i64([1, 24])], { axis: 0 }),
      ])
      const token = graph.op('Expand', [graph.f32(numbers(24, 5), [1, 1, 24], 'token'), sizes])
      const all = graph.op('Concat', [token, turned], { axis: 1 })
      const [first, rest] = graph.ops('Split', [all, graph.i64([1, 4])], 2, { axis: 1 }) as [string, string]
      const range = graph.op('Range', [graph.i64([0], []), graph.i64([4], []), graph.i64([2], [])])
      const even = graph.op('Gather', [rest, range], { axis: 1 })
      const mean = graph.op('ReduceMean', [even, graph.i64([1])], { keepdims: 1 })
      const sum = graph.op('Add', [
        graph.op('Squeeze', [first, graph.i64([1])]),
        graph.op('Squeeze', [mean, graph.i64([1])]),
      ])
      return { value: sum, features: 24 }
    })
    const model = take(bytes)
    expect(model.parameters.map(({ name }) => name).sort()).toEqual(['head', 'token'])
    const clips = Uint8Array.from({ length: 3 * 96 }, (_, n) => (n * 37) % 256)
    const logits = await runClips(buildServingGraph(model, model.start), clips, [3, 2, 4, 4, 3])
    expect(relativeError(logits, await runClips(bytes, clips, [3, 2, 4, 4, 3]))).toBeLessThan(1e-5)
    // With a number for the batch the step graph gives the same loss as the logits.
    const trainer = await createTrainer({
      objective: singleLabel(model, { batch: 3 }),
      threads: 1,
      weights: model.start,
    })
    const target = Float32Array.of(1, 0, 0, 1, 1, 0)
    const { loss } = await trainer.step({ clips, target }, 0)
    await trainer.close()
    const expected = [0, 1, 2].map((row) => {
      const [a, b] = [logits[row * 2]!, logits[row * 2 + 1]!]
      return Math.log(Math.exp(a) + Math.exp(b)) - (row === 1 ? b : a)
    })
    expect(loss).toBeCloseTo((expected[0]! + expected[1]! + expected[2]!) / 3, 5)
  })

  it('trains weights only: no pixel scaling, masks, bounds or single numbers', () => {
    const bytes = clipGraph((graph, pixels) => {
      const flat = graph.op('Reshape', [pixels, graph.i64([0, 96])])
      const weight = graph.f32(numbers(96 * 4, 1), [96, 4], 'weight')
      const dense = graph.op('Add', [
        graph.op('MatMul', [flat, weight]),
        graph.f32(numbers(4, 2), [4], 'bias'),
      ])
      const masked = graph.op('Add', [dense, graph.f32([0, 0, -1e9, 0], [4], 'mask')])
      const held = graph.op('Clip', [masked, graph.f32([-6], [], 'low'), graph.f32([6], [], 'high')])
      const powered = graph.op('Pow', [held, graph.f32([2], [], 'exponent')])
      return { value: graph.op('Mul', [powered, graph.f32([0.5], [], 'half')]), features: 4 }
    })
    const { parameters } = take(bytes)
    expect(parameters.map(({ name }) => name)).toEqual(['weight', 'bias', 'head'])
    expect(parameters.filter(({ decay }) => decay).map(({ name }) => name)).toEqual(['weight', 'head'])
  })

  it('names the first node that has no backward rule, with its operator and output', () => {
    const bytes = clipGraph((graph, pixels) => {
      const flat = graph.op('Reshape', [pixels, graph.i64([0, 96])])
      return {
        value: graph.op('CumSum', [graph.op('Mod', [flat, flat], { fmod: 1 }), graph.i64([1])]),
        features: 96,
      }
    })
    expect(() => take(bytes)).toThrow(
      expect.objectContaining({
        code: 'TRAIN_UNSUPPORTED_OP',
        message: expect.stringMatching(/^node n\d+_Mod \(Mod, output Mod_\d+\) cannot be trained through/),
        details: {
          node: expect.stringMatching(/_Mod$/),
          operator: 'Mod',
          output: expect.stringMatching(/^Mod_/),
        },
      }),
    )
  })

  it.each<[string, (graph: GraphBuilder, pixels: string) => string, RegExp]>([
    [
      'mixes clips',
      (graph, pixels) => graph.op('ReduceMean', [pixels, graph.i64([0])], { keepdims: 1 }),
      /reduces the batch axis/,
    ],
    [
      'fixes the batch',
      (graph, pixels) => graph.op('Reshape', [pixels, graph.i64([1, 96])]),
      /export with a free batch axis/,
    ],
    [
      'picks one clip',
      (graph, pixels) => graph.op('Gather', [pixels, graph.i64([0])], { axis: 0 }),
      /picks from the batch axis/,
    ],
  ])('refuses a graph that %s', (_, middle, message) => {
    const bytes = clipGraph((graph, pixels) => ({
      value: graph.op('Reshape', [middle(graph, pixels), graph.i64([-1, 96])]),
      features: 96,
    }))
    expect(() => take(bytes)).toThrow(message)
  })

  it('refuses other inputs and other numbers of labels', () => {
    const { bytes } = openFixture('videomae')
    expect(() => importGraph({ name: 'm', bytes, labels: ['a'] })).toThrow(
      expect.objectContaining({ code: 'TRAIN_DATA', message: 'm: 1 labels for 3 logits' }),
    )
    const graph = createGraphBuilder({ name: 'raw' })
    const x = graph.input('x', 'float32', ['N', 4])
    graph.output('y', graph.op('MatMul', [x, graph.f32(numbers(8, 1), [4, 2])]), 'float32', ['N', 2])
    expect(() => take(graph.model())).toThrow(
      /not uint8 \[N, T, H, W, 3\]; take it in with vireo model import/,
    )
  })
})
