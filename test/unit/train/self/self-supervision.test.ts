import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { initialWeights, layOut, trainableParameters } from '../../../../src/train/autodiff/parameters.ts'
import { createTape, type Value } from '../../../../src/train/autodiff/tape.ts'
import type { Layers } from '../../../../src/train/models/transformer-layers.ts'
import {
  createVideoTransformer,
  type VideoTransformer,
} from '../../../../src/train/models/video-transformer.ts'
import { drawOrders, visibleCount } from '../../../../src/train/models/visible-places.ts'
import { maskedPrediction } from '../../../../src/train/self/masked-prediction.ts'
import { nextPrediction } from '../../../../src/train/self/next-prediction.ts'
import { selfSupervision } from '../../../../src/train/self/self-supervision.ts'
import { buildGradientGraph } from '../../../../src/train/step/step-graph.ts'
import { tensorsOf } from '../../../../src/train/step/trainer.ts'
import { tinyTransformer } from '../tiny-transformer.ts'

const places = 6
const batch = 2
const dims = [batch, 8, 16, 24, 3]

function models(): [string, VideoTransformer][] {
  const { settings } = tinyTransformer().model
  return [
    ['colour', createVideoTransformer(settings)],
    ['motion, strongest feature', createVideoTransformer({ ...settings, input: 'motion', pooling: 'max' })],
  ]
}

function randomClips(seed: number): Uint8Array {
  const random = createRandom(seed)
  return Uint8Array.from({ length: dims.reduce((a, b) => a * b) }, () => random.int(0, 255))
}

/** Runs a part of a model: its outputs for some clips. */
async function run(
  parameters: Parameters<typeof layOut>[0],
  feeds: Record<string, Tensor>,
  build: (layers: Layers) => Record<string, Value>,
): Promise<Record<string, Float32Array>> {
  const graph = createGraphBuilder({ name: 'part' })
  const layout = layOut(parameters)
  const flat = graph.input('weights', 'float32', [layout.total])
  graph.input('clips', 'uint8', dims)
  if (feeds.order) graph.input('order', 'int64', [batch, places])
  const tape = createTape(graph)
  const values = trainableParameters(tape, flat, layout)
  for (const [name, value] of Object.entries(build({ tape, parameters: (key) => values.get(key)! })))
    graph.output(name, value.name, 'float32', value.shape)
  const session = await InferenceSession.create(graph.model(), { intraOpNumThreads: 1 })
  const weights = initialWeights(layout, createRandom(4).normal)
  const result = await session.run({ ...feeds, weights: new Tensor('float32', weights, [layout.total]) })
  await session.release()
  return Object.fromEntries(Object.entries(result).map(([name, { data }]) => [name, data as Float32Array]))
}

const clipsTensor = (clips: Uint8Array) => new Tensor('uint8', clips, dims)
const orderTensor = (order: BigInt64Array) => new Tensor('int64', order, [batch, places])

/** Clips with other pixels wherever `where` says so. */
function changed(
  clips: Uint8Array,
  where: (at: { n: number; t: number; y: number; x: number }) => boolean,
): Uint8Array {
  return clips.map((value, index) => {
    const pixel = Math.floor(index / 3)
    const x = pixel % 24
    const y = Math.floor(pixel / 24) % 16
    const t = Math.floor(pixel / (24 * 16)) % 8
    const n = Math.floor(pixel / (24 * 16 * 8))
    return where({ n, t, y, x }) ? (value * 7 + 31) % 256 : value
  })
}

describe('orders of places', () => {
  it('hold every place once, differ from clip to clip, and come again from the same seed', () => {
    const orders = drawOrders(3, 36, createRandom(1))
    const rows = [0, 1, 2].map((n) => [...orders.subarray(n * 36, (n + 1) * 36)].map(Number))
    for (const row of rows)
      expect(row.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 36 }, (_, at) => at))
    expect(rows[0]).not.toEqual(rows[1])
    expect(drawOrders(3, 36, createRandom(1))).toEqual(orders)
  })

  it('leave at least one place to be seen and one to be painted', () => {
    expect([0, 0.75, 0.9, 1].map((ratio) => visibleCount(36, ratio))).toEqual([35, 9, 4, 1])
  })
})

describe.each(models())('masked prediction, %s', (_name, model) => {
  const masked = maskedPrediction(model, { batch, maskRatio: 0.5 })
  const parameters = [...model.parameters, ...masked.parameters]
  const order = drawOrders(batch, places, createRandom(2))
  const hidden = [0, 1].map((n) => new Set([...order.subarray(n * places + 3, (n + 1) * places)].map(Number)))
  const placeOf = (y: number, x: number) => Math.floor(y / 8) * 3 + Math.floor(x / 8)
  const encoded = (clips: Uint8Array) =>
    run(parameters, { clips: clipsTensor(clips), order: orderTensor(order) }, (layers) => ({
      features: masked.encodeVisible(layers, { clips: 'clips', order: 'order' }),
    }))

  it('never shows hidden pixels to the encoder, at any moment', async () => {
    const clips = randomClips(1)
    const before = await encoded(clips)
    const other = await encoded(changed(clips, ({ n, y, x }) => hidden[n]!.has(placeOf(y, x))))
    expect(other.features).toEqual(before.features)
    const seen = await encoded(changed(clips, ({ n, y, x }) => !hidden[n]!.has(placeOf(y, x))))
    expect(seen.features).not.toEqual(before.features)
  })

  it('paints hidden patches of mean 0, at the same places in all moments', async () => {
    const clips = randomClips(1)
    // Still pictures: each hidden patch is the same at all moments, and so is not taken from elsewhere.
    const still = clips.map(
      (_, index) => clips[(index % (16 * 24 * 3)) + Math.floor(index / (8 * 16 * 24 * 3))]!,
    )
    const { painted, hidden: truth } = await run(
      parameters,
      { clips: clipsTensor(still), order: orderTensor(order) },
      (layers) => masked.paint(layers, { clips: 'clips', order: 'order' }),
    )
    expect(painted).toHaveLength(truth!.length)
    // [N, S, M, C] with S = 4
    const each = truth!.length / batch / 4
    for (let moment = 1; moment < 4; moment += 1)
      expect(truth!.slice(moment * each, (moment + 1) * each)).toEqual(truth!.slice(0, each))
  })
})

describe.each(models())('next prediction, %s', (_name, model) => {
  const next = nextPrediction(model, { batch })
  const parameters = [...model.parameters, ...next.parameters]
  const predicted = async (clips: Uint8Array) => {
    const result = await run(parameters, { clips: clipsTensor(clips) }, (layers) =>
      next.foresee(layers, 'clips'),
    )
    return { predicted: result.predicted!, came: result.came!, each: result.predicted!.length / batch / 3 }
  }

  it('says of a tubelet only what the tubelets before it tell', async () => {
    const clips = randomClips(3)
    const before = await predicted(clips)
    // Tubelets 3 and 4 of the first clip: predictions on tubelets 1 and 2 stay, that on 3 does not.
    const after = await predicted(changed(clips, ({ n, t }) => n === 0 && t >= 4))
    const { each } = before
    expect(after.predicted.slice(0, 2 * each)).toEqual(before.predicted.slice(0, 2 * each))
    expect(after.predicted.slice(2 * each, 3 * each)).not.toEqual(before.predicted.slice(2 * each, 3 * each))
    expect(after.predicted.slice(3 * each)).toEqual(before.predicted.slice(3 * each))
    expect(after.came.slice(each, 2 * each)).not.toEqual(before.came.slice(each, 2 * each))
  })
})

describe('the gradient of both together', () => {
  it.each(models())('agrees with differences, %s', async (_name, model) => {
    const objective = selfSupervision(model, { batch, maskRatio: 0.5, maskedWeight: 1, nextWeight: 0.5 })
    const layout = layOut(objective.parameters)
    const session = await InferenceSession.create(buildGradientGraph(objective), { intraOpNumThreads: 1 })
    const feeds = tensorsOf(objective.inputs, {
      clips: randomClips(5),
      order: drawOrders(batch, places, createRandom(6)),
    })
    const start = initialWeights(layout, createRandom(7).normal)
    const at = async (weights: Float32Array) => {
      const result = await session.run({ ...feeds, weights: new Tensor('float32', weights, [layout.total]) })
      return {
        loss: (result.loss!.data as Float32Array)[0]!,
        gradient: result.gradient!.data as Float32Array,
      }
    }
    const { gradient } = await at(start)
    // Along the gradient of each tensor by itself the loss must rise by the gradient's length.
    for (const { name, start: from, count } of layout.entries) {
      const own = gradient.subarray(from, from + count)
      const length = Math.hypot(...own)
      if (name.startsWith('head.') || name.endsWith('key.bias')) {
        // Classes take no part, and a shift of all keys changes no attention.
        expect(length, name).toBeLessThan(1e-5)
        continue
      }
      expect(length, name).toBeGreaterThan(1e-5)
      if (length < 1e-2) continue
      const step = 4e-2
      const moved = (by: number) =>
        at(
          start.map((value, index) =>
            index >= from && index < from + count ? value + (by * own[index - from]!) / length : value,
          ),
        )
      const slope = ((await moved(step)).loss - (await moved(-step)).loss) / (2 * step)
      expect(Math.abs(slope - length) / length, name).toBeLessThan(0.06)
    }
    await session.release()
  })
})
