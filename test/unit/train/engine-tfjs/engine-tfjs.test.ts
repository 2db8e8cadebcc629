import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/random.ts'
import { createGraphBuilder } from '../../../../src/onnx/graph-builder.ts'
import { initialWeights, layOut } from '../../../../src/train/autodiff/parameters.ts'
import { interpretGraph } from '../../../../src/train/engine-tfjs/interpret-graph.ts'
import { loadTfjs } from '../../../../src/train/engine-tfjs/load-tfjs.ts'
import { createFrameCnn } from '../../../../src/train/models/frame-cnn.ts'
import { createPlaceTransformer } from '../../../../src/train/models/place-transformer.ts'
import { createVideoTransformer } from '../../../../src/train/models/video-transformer.ts'
import { drawOrders } from '../../../../src/train/models/visible-places.ts'
import { placePrediction } from '../../../../src/train/self/place-prediction.ts'
import { selfSupervision } from '../../../../src/train/self/self-supervision.ts'
import { multiLabel, type Objective, singleLabel } from '../../../../src/train/step/objective.ts'
import { buildGradientGraph } from '../../../../src/train/step/step-graph.ts'
import {
  createTrainer,
  type Feeds,
  type TrainerOptions,
  tensorsOf,
} from '../../../../src/train/step/trainer.ts'
import { tfjsGradient } from '../../../support/tfjs-gradient.ts'
import { tinyTransformer } from '../tiny-transformer.ts'

const { model } = tinyTransformer()
const motion = createVideoTransformer({ ...model.settings, input: 'motion' })
const batch = 2

const cnn = createFrameCnn({
  clip: { frames: 4, heightPx: 18, widthPx: 16 },
  labels: ['right', 'left'],
  widths: [4, 6, 8, 8],
  mixed: 12,
})

const places = createPlaceTransformer({
  clip: { frames: 4, heightPx: 16, widthPx: 24 },
  labels: ['right', 'left'],
  widths: [4, 6, 8, 8],
  mixed: 16,
  heads: 2,
  hidden: 24,
  depth: 2,
})

/** Random feeds of the shapes that an objective asks for; rows of floats have one 1. */
function feedsOf(objective: Objective, seed: number): Feeds {
  const random = createRandom(seed)
  return Object.fromEntries(
    objective.inputs.map(({ name, type, shape }) => {
      const length = shape.reduce((a, b) => a * b, 1)
      if (type === 'int64') return [name, drawOrders(shape[0]!, shape[1]!, random)]
      if (type === 'uint8') return [name, Uint8Array.from({ length }, () => random.int(0, 255))]
      const [row, values] = [shape.at(-1)!, new Float32Array(length)]
      for (let start = 0; start < length; start += row) values[start + random.int(0, row - 1)] = 1
      return [name, values]
    }),
  )
}

const startOf = ({ parameters }: Objective) => initialWeights(layOut(parameters), createRandom(4).normal)

const objectives: [string, Objective][] = [
  ['transformer, classes', singleLabel(model, { batch })],
  ['transformer, drop path', singleLabel(model, { batch, dropPath: true })],
  ['transformer, patch dropout', singleLabel(model, { batch, visible: 2 })],
  ['convolutions, labels', multiLabel(cnn, { batch, supervision: 'clip' })],
  ['convolutions, cells', multiLabel(cnn, { batch, supervision: 'cells' })],
  ['places, cells', multiLabel(places, { batch, supervision: 'cells' })],
  ['places, masked and next', placePrediction(places, { batch, maskedWeight: 1, nextWeight: 0.5 })],
  ['masked and next', selfSupervision(motion, { batch, maskRatio: 0.5, maskedWeight: 1, nextWeight: 1 })],
]

describe('engine tfjs', () => {
  it.each(objectives)('%s: the same gradient, differentiated by another engine', async (_name, objective) => {
    const weights = startOf(objective)
    const feeds = feedsOf(objective, 1)
    const session = await InferenceSession.create(buildGradientGraph(objective))
    const ours = await session.run({
      weights: new Tensor('float32', weights, [weights.length]),
      ...tensorsOf(objective.inputs, feeds),
    })
    const theirs = await tfjsGradient(objective, weights, feeds)
    const [a, b] = [ours.gradient!.data as Float32Array, theirs.gradient]
    const error = Math.hypot(...a.map((value, index) => value - b[index]!)) / Math.hypot(...b)
    expect(Math.hypot(...b)).toBeGreaterThan(1e-3)
    expect(error).toBeLessThan(1e-5)
    expect(ours.loss!.data[0]).toBeCloseTo(theirs.loss, 5)
    await session.release()
  })

  it.each<[string, Partial<TrainerOptions>]>([
    ['plainly', {}],
    ['with a frozen part, two rates and an average', { averageDecay: 0.9, scaleOf: rates }],
    ['in two parts', { parts: 2 }],
  ])('trains %s: the same losses and weights', async (_name, options) => {
    const objective = singleLabel(model, { batch })
    const run = async (engine: 'onnx' | 'tfjs') => {
      const trainer = await createTrainer({
        objective,
        threads: 1,
        weights: startOf(objective),
        engine,
        ...options,
      })
      const losses: number[] = []
      for (let step = 0; step < 4; step += 1) {
        const feeds = Array.from({ length: options.parts ?? 1 }, (_, n) => feedsOf(objective, step * 2 + n))
        losses.push((await trainer.step(feeds, 0.003)).loss)
      }
      const state = trainer.state()
      await trainer.close()
      return { losses, ...state }
    }
    const [onnx, tfjs] = [await run('onnx'), await run('tfjs')]
    tfjs.losses.forEach((loss, step) => {
      expect(loss).toBeCloseTo(onnx.losses[step]!, 4)
    })
    for (const name of ['weights', 'average'] as const) {
      const [a, b] = [onnx[name], tfjs[name]]
      expect(b?.length).toBe(a?.length)
      const far = a?.filter((value, index) => Math.abs(value - b![index]!) > 1e-3).length
      expect(far ?? 0).toBeLessThan((a?.length ?? 1) / 100)
    }
  })

  it('refuses a graph with an operator that it does not know, by name', async () => {
    const { tf } = await loadTfjs()
    const graph = createGraphBuilder({ name: 'odd' })
    graph.output('y', graph.op('Tan', [graph.input('x', 'float32', [1])]), 'float32', [1])
    expect(() => interpretGraph(tf, graph.model())).toThrow(/no rule for Tan/)
  })
})

function rates(name: string): number {
  if (name.startsWith('space0')) return 0
  return name.startsWith('head') ? 1 : 0.5
}

describe('loadTfjs', () => {
  const fake = (backend: string) => ({
    ready: async () => {},
    getBackend: () => backend,
    setBackend: async () => true,
  })
  const loader = (installed: Record<string, unknown>) => (name: string) => {
    if (name in installed) return installed[name]
    throw new Error(`Cannot find module '${name}'`)
  }

  it('takes the binding to a GPU first, then that to the CPU, then wasm', async () => {
    const all = {
      '@tensorflow/tfjs-node-gpu': fake('tensorflow'),
      '@tensorflow/tfjs-node': fake('tensorflow'),
      '@tensorflow/tfjs': fake('wasm'),
      '@tensorflow/tfjs-backend-wasm': {},
    }
    const { '@tensorflow/tfjs-node-gpu': _gpu, ...cpu } = all
    const { '@tensorflow/tfjs-node': _node, ...wasm } = cpu
    const names = await Promise.all([all, cpu, wasm].map(async (set) => (await loadTfjs(loader(set))).name))
    expect(names).toEqual([
      '@tensorflow/tfjs-node-gpu (tensorflow)',
      '@tensorflow/tfjs-node (tensorflow)',
      '@tensorflow/tfjs (wasm)',
    ])
  })

  it('says what to install when nothing is', async () => {
    await expect(loadTfjs(loader({ '@tensorflow/tfjs': fake('wasm') }))).rejects.toMatchObject({
      code: 'TRAIN_ENGINE',
      message: expect.stringContaining('npm install @tensorflow/tfjs-node-gpu, or @tensorflow/tfjs'),
    })
  })
})
