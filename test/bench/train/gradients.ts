import { InferenceSession, Tensor } from 'onnxruntime-node'
import { adamWDefaults } from '../../../src/train/adamw.ts'
import { loadTfjs } from '../../../src/train/engine-tfjs/load-tfjs.ts'
import { openTfjsSessions } from '../../../src/train/engine-tfjs/tfjs-sessions.ts'
import { createFrameCnn } from '../../../src/train/models/frame-cnn.ts'
import { type Preset, presets } from '../../../src/train/models/presets.ts'
import { createVideoTransformer } from '../../../src/train/models/video-transformer.ts'
import { type Objective, oneOf } from '../../../src/train/objective.ts'
import { initialWeights, layOut } from '../../../src/train/parameters.ts'
import { cutPieces } from '../../../src/train/pieces.ts'
import { createStateVector, views } from '../../../src/train/state-vector.ts'
import { buildGradientGraph } from '../../../src/train/step-graph.ts'
import { type Feeds, tensorsOf } from '../../../src/train/trainer.ts'
import { createRandom } from '../infer/bench-model.ts'
import type { Log } from '../report.ts'
import { labelNames } from './training-plan.ts'

const labels = 10

/** All weights of every preset; small and base see short clips of small pictures, because the oracle is slow. */
function objectives(): [string, Objective][] {
  const names = labelNames(labels)
  const short = { frames: 4, heightPx: 112, widthPx: 112 }
  const cnn = createFrameCnn({
    clip: { frames: 8, heightPx: 96, widthPx: 96 },
    labels: names,
    widths: [16, 32, 48, 64],
    mixed: 128,
  })
  const transformer = (preset: Preset) =>
    oneOf(createVideoTransformer({ ...preset, labels: names }), { batch: 1 })
  return [
    ['frame-cnn', oneOf(cnn, { batch: 2 })],
    ['nano', transformer(presets.nano)],
    ['small', transformer({ ...presets.small, clip: short })],
    ['base', transformer({ ...presets.base, clip: short })],
  ]
}

/** Relative L2 difference between our gradient and that of TensorFlow.js, for every preset and the baseline. Minutes. */
export async function compareGradients(log: Log): Promise<{ name: string; error: number }[]> {
  const results: { name: string; error: number }[] = []
  for (const [name, objective] of objectives()) {
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
  const flat = (values: Float32Array) => new Tensor('float32', values, [values.length])
  const feeds = {
    weights: flat(initialWeights(layout, normal)),
    ...tensorsOf(objective.inputs, feedsOf(objective, random)),
  }
  const session = await InferenceSession.create(buildGradientGraph(objective), { enableMemPattern: false })
  const ours = (await session.run(feeds)).gradient!.data as Float32Array
  await session.release()
  const { accumulate } = await openTfjsSessions(objective, adamWDefaults)
  // Written in JavaScript, it sums in double precision; wasm is off by up to 1e-5 against it.
  await (await loadTfjs()).tf.setBackend('cpu')
  const pieces = cutPieces(layout)
  const sum = createStateVector('sum', pieces, new Float32Array(layout.total))
  const loss = new Tensor('float32', new Float32Array(1), [])
  const { weights, ...fed } = feeds
  const given = views('weights', pieces, weights.data as Float32Array)
  await accumulate.run({ ...given, ...sum.feeds, ...fed }, { ...sum.into, loss })
  sum.swap()
  const theirs = sum.now
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
