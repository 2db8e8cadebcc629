import { InferenceSession, Tensor } from 'onnxruntime-node'
import { initialWeights, layOut } from '../../../src/train/autodiff/parameters.ts'
import { createFrameCnn } from '../../../src/train/models/frame-cnn.ts'
import { createPlaceTransformer } from '../../../src/train/models/place-transformer.ts'
import { type Preset, presets } from '../../../src/train/models/presets.ts'
import { createVideoTransformer } from '../../../src/train/models/video-transformer.ts'
import { type Objective, singleLabel } from '../../../src/train/step/objective.ts'
import { buildGradientGraph } from '../../../src/train/step/step-graph.ts'
import { type Feeds, tensorsOf } from '../../../src/train/step/trainer.ts'
import { tfjsGradient } from '../../support/tfjs-gradient.ts'
import { createRandom } from '../infer/bench-model.ts'
import type { BenchOptions } from '../report.ts'
import { labelNames } from './training-plan.ts'

const labels = 10

/** All weights of every preset; small and base see short clips of small pictures, because the oracle is slow. */
function objectives(): [string, Objective][] {
  const names = labelNames(labels)
  const short = { frames: 4, heightPx: 112, widthPx: 112 }
  const convolutions = {
    clip: { frames: 8, heightPx: 96, widthPx: 96 },
    labels: names,
    widths: [16, 32, 48, 64] as const,
    mixed: 128,
  }
  const transformer = (preset: Preset) =>
    singleLabel(createVideoTransformer({ ...preset, labels: names }), { batch: 1 })
  return [
    ['frame-cnn', singleLabel(createFrameCnn(convolutions), { batch: 2 })],
    [
      'places',
      singleLabel(createPlaceTransformer({ ...convolutions, heads: 4, hidden: 256, depth: 2 }), { batch: 2 }),
    ],
    ['nano', transformer(presets.nano)],
    ['small', transformer({ ...presets.small, clip: short })],
    ['base', transformer({ ...presets.base, clip: short })],
  ]
}

/** The baseline for a clip that the oracle is done with at once. */
function smallest(): [string, Objective] {
  const clip = { frames: 2, heightPx: 32, widthPx: 32 }
  const model = createFrameCnn({ clip, labels: labelNames(labels), widths: [4, 4, 4, 4], mixed: 4 })
  return ['frame-cnn', singleLabel(model, { batch: 1 })]
}

/**
 * Relative L2 difference between our gradient and that of TensorFlow.js, for every preset and the baseline. Minutes; in
 * the smallest size a small baseline alone.
 */
export async function compareGradients({
  log,
  smoke,
}: BenchOptions): Promise<{ name: string; error: number }[]> {
  const results: { name: string; error: number }[] = []
  for (const [name, objective] of smoke ? [smallest()] : objectives()) {
    const error = await gradientError(objective)
    log(`${name}: gradient against TensorFlow.js ${error.toExponential(2)}`)
    results.push({ name, error })
  }
  return results
}

async function gradientError(objective: Objective): Promise<number> {
  const layout = layOut(objective.parameters)
  const random = createRandom(5)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const weights = initialWeights(layout, normal)
  const feeds = feedsOf(objective, random)
  const session = await InferenceSession.create(buildGradientGraph(objective), { enableMemPattern: false })
  const given = {
    weights: new Tensor('float32', weights, [weights.length]),
    ...tensorsOf(objective.inputs, feeds),
  }
  const ours = (await session.run(given)).gradient!.data as Float32Array
  await session.release()
  const { gradient: theirs } = await tfjsGradient(objective, weights, feeds, 'cpu')
  let [difference, length] = [0, 0]
  for (let index = 0; index < ours.length; index += 1) {
    difference += (ours[index]! - theirs[index]!) ** 2
    length += theirs[index]! ** 2
  }
  return Math.sqrt(difference / length)
}

/** Random clips; the truth of clip n is class n. */
function feedsOf(objective: Objective, random: () => number): Feeds {
  return Object.fromEntries(
    objective.inputs.map(({ name, type, shape }) => {
      const length = shape.reduce((a, b) => a * b, 1)
      if (type === 'uint8') return [name, Uint8Array.from({ length }, () => random() * 256)]
      return [name, Float32Array.from({ length }, (_, index) => Number(index % (labels + 1) === 0))]
    }),
  )
}
