import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../../src/core/clock.ts'
import { createRandom } from '../../../../src/core/random.ts'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { readModel } from '../../../../src/onnx/read-model.ts'
import { frozenParameters, layOut } from '../../../../src/train/autodiff/parameters.ts'
import { createTape } from '../../../../src/train/autodiff/tape.ts'
import { predictClips, scorePredictions } from '../../../../src/train/export/predict.ts'
import {
  createFrozenBackbone,
  type FrozenBackboneOptions,
} from '../../../../src/train/models/frozen-backbone.ts'
import { parseFineTunePlan } from '../../../../src/train/run/fine-tune-plan.ts'
import { trainHead } from '../../../../src/train/run/train-head.ts'
import { buildServingGraph } from '../../../../src/train/step/step-graph.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { tinyFootage, tinyModel } from '../tiny-footage.ts'

const dir = tempDir('backbone')

/** A random convolution of pictures float32 [N, 3, 16, 16] to features [N, 6, 4, 4], in an opset of its own. */
function pictureEncoder(opset: number, batch: number | string = 'N'): Uint8Array {
  const graph = createGraphBuilder({ name: 'encoder', opset })
  const random = createRandom(5)
  const input = graph.input('pictures', 'float32', [batch, 3, 16, 16])
  const kernel = graph.f32(
    Float32Array.from({ length: 6 * 3 * 16 }, () => random.normal() / 4),
    [6, 3, 4, 4],
  )
  const convolved = graph.op('Conv', [input, kernel], { strides: [4, 4] })
  graph.output('features', graph.op('Relu', [convolved]), 'float32', [batch, 6, 4, 4])
  return graph.model()
}

const options = (changes: Partial<FrozenBackboneOptions> = {}): FrozenBackboneOptions => ({
  name: 'frozen',
  encoder: pictureEncoder(18),
  clip: tinyModel.clip,
  preprocessing: { layout: 'NCHW', channelOrder: 'rgb', mean: [0, 0, 0], std: [1, 1, 1], scale: 1 / 255 },
  pool: 'flatten',
  frames: 'all',
  labels: tinyModel.labels,
  hidden: 0,
  threads: 1,
  ...changes,
})
const source = tinyFootage({ seed: 2, perLabel: 6 })
const clips = (count: number) => {
  const out = new Uint8Array(count * 4 * 16 * 16 * 3)
  for (let n = 0; n < count; n += 1) source.read(n, 0, 4, out.subarray((n * out.length) / count))
  return out
}

describe('frozen backbone', () => {
  it.each<[number, FrozenBackboneOptions['pool'], FrozenBackboneOptions['frames'], number, number | string]>([
    [18, 'flatten', 'all', 0, 'N'],
    [18, 'places', 'all', 8, 'N'],
    [13, 'places', 'mean', 0, 'N'],
    [11, 'flatten', 'mean', 8, 1],
  ])(
    'of opset %i serves what the head learned from: %s, %s, hidden %i',
    async (opset, pool, frames, hidden, batch) => {
      const model = await createFrozenBackbone(
        options({ encoder: pictureEncoder(opset, batch), pool, frames, hidden }),
      )
      expect(model.features).toBe((pool === 'places' ? 6 : 96) * (frames === 'all' ? 4 : 1))
      const random = createRandom(3)
      const total = model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0)
      const weights = Float32Array.from({ length: total }, () => random.normal() / 4)
      const embedded = await model.embed(clips(3), 3)

      const bytes = buildServingGraph(model, weights)
      expect(readModel(bytes).opsetImport.map(({ version }) => Number(version))).toEqual([opset])
      const session = await InferenceSession.create(bytes)
      const served = (await session.run({ clips: new Tensor('uint8', clips(3), [3, 4, 16, 16, 3]) })).logits!
      expect(served.dims).toEqual([3, 2])

      const graph = createGraphBuilder({ name: 'head' })
      const tape = createTape(graph)
      const parameters = frozenParameters(tape, weights, layOut(model.parameters))
      const input = graph.input('features', 'float32', [3, model.features])
      const logits = model.judge(
        tape,
        (name) => parameters.get(name)!,
        tape.constant(input, [3, model.features]),
      )
      graph.output('logits', logits.name, 'float32', [3, 2])
      const head = await InferenceSession.create(graph.model())
      const learned = (await head.run({ features: new Tensor('float32', embedded, [3, model.features]) }))
        .logits!
      for (const [n, value] of (learned.data as Float32Array).entries())
        expect((served.data as Float32Array)[n]).toBeCloseTo(value, 4)
      for (const each of [session, head]) await each.release()
      await model.close()
    },
  )

  it('learns from footage that is embedded once, and serves', async () => {
    const model = await createFrozenBackbone(options({ hidden: 16 }))
    const run = {
      model,
      start: null,
      train: tinyFootage({ seed: 1, perLabel: 16 }),
      validation: source,
      plan: parseFineTunePlan({
        epochs: 30,
        batch: 8,
        clipsPerItem: 5,
        peakRate: 1e-2,
        augmentation: { flip: false },
      }),
      threads: 1,
      seed: 1,
      clock: systemClock,
      onProgress: () => {},
      signal: new AbortController().signal,
    }
    const done = await trainHead({ ...run, runDir: join(dir, 'a') })
    const predictions = await predictClips({
      model,
      weights: done.weights,
      source,
      labels: model.labels,
      viewsPerItem: 1,
      batch: 4,
      threads: 1,
    })
    const { accuracy, loss } = scorePredictions(predictions)
    expect(accuracy).toBeGreaterThan(0.8)
    const best = done.history.filter((record) => record.best).at(-1)!
    expect(accuracy).toBe(best.validationAccuracy)
    expect(loss).toBeCloseTo(best.validationLoss!, 4)
    expect((await trainHead({ ...run, runDir: join(dir, 'b') })).weights).toEqual(done.weights)
    await model.close()
  })

  it('says what an encoder gives that cannot be pooled so', async () => {
    await expect(createFrozenBackbone(options({ pool: 'tokens' }))).rejects.toMatchObject({
      code: 'MODEL_GRAPH',
      message: expect.stringContaining('[4, 6, 4, 4] for one clip: tokens are [L, D]'),
    })
  })
})

describe('GraphBuilder.insert', () => {
  it('refuses a model of another opset', () => {
    const graph = createGraphBuilder({ name: 'outer' })
    const input = graph.input('x', 'float32', ['N', 3, 16, 16])
    expect(() => graph.insert(readModel(pictureEncoder(13)), { pictures: input })).toThrow(
      'a model of opset 13',
    )
  })

  it('takes the same model twice', async () => {
    const graph = createGraphBuilder({ name: 'outer' })
    const input = graph.input('x', 'float32', [1, 3, 16, 16])
    const encoder = readModel(pictureEncoder(18))
    const [one] = graph.insert(encoder, { pictures: input })
    const [two] = graph.insert(encoder, { pictures: graph.op('Neg', [input]) })
    graph.output('y', graph.op('Add', [one!, two!]), 'float32', [1, 6, 4, 4])
    const session = await InferenceSession.create(graph.model())
    const ones = new Tensor('float32', new Float32Array(768).fill(1), [1, 3, 16, 16])
    const values = (await session.run({ x: ones })).y!.data as Float32Array
    // relu(c) + relu(-c) = |c|
    expect(Math.min(...values)).toBeGreaterThan(0)
    await session.release()
  })
})
