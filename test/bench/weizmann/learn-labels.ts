import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Random } from '../../../src/core/random.ts'
import type { VideoModel } from '../../../src/train/models/video-model.ts'
import { drawOrders, visibleCount } from '../../../src/train/models/visible-places.ts'
import { singleLabel } from '../../../src/train/step/objective.ts'
import { buildServingGraph } from '../../../src/train/step/step-graph.ts'
import { cosineRate, createTrainer } from '../../../src/train/step/trainer.ts'
import type { ActionVideo } from './load.ts'
import type { LabelPlan } from './plan.ts'
import { views } from './plan.ts'
import { plainCut, randomCut, reach, type WindowShape, writeWindow } from './windows.ts'

/** Learns the labels of some videos; gives the averaged weights. */
export async function learnLabels(options: {
  model: VideoModel
  start: Float32Array
  videos: readonly ActionVideo[]
  shape: WindowShape
  plan: LabelPlan
  steps: number
  random: Random
  onStep: () => void
}): Promise<Float32Array> {
  const { model, start, videos, shape, plan, steps, random, onStep } = options
  const { batch, warmup, peakRate: peak, labelSmoothing } = plan
  const places = plan.patchDropout > 0 ? model.places! : 0
  const visible = places > 0 ? visibleCount(places, plan.patchDropout) : null
  const trainer = await createTrainer({
    objective: singleLabel(model, { batch, visible }),
    threads: 1,
    weights: start,
    optimiser: { weightDecay: plan.weightDecay },
    averageDecay: plan.average,
  })
  const next = shuffled(videos, random.fork('order'))
  const cuts = random.fork('cuts')
  const orders = random.fork('places')
  const size = shape.frames * shape.heightPx * shape.widthPx * 3
  const count = model.labels.length
  for (let step = 0; step < steps; step += 1) {
    const clips = new Uint8Array(batch * size)
    const target = new Float32Array(batch * count).fill(labelSmoothing / count)
    for (let n = 0; n < batch; n += 1) {
      const video = next()
      writeWindow(video, shape, randomCut(video, shape, cuts), clips.subarray(n * size, (n + 1) * size))
      target[n * count + model.labels.indexOf(video.label)]! += 1 - labelSmoothing
    }
    const order = visible === null ? {} : { order: drawOrders(batch, places, orders) }
    await trainer.step({ clips, target, ...order }, cosineRate(step, { steps, warmup, peak }))
    onStep()
  }
  const { average } = trainer.state()
  await trainer.close()
  return average!
}

/** One after the other in random order, again and again. */
function shuffled<T>(items: readonly T[], random: Random): () => T {
  let left: T[] = []
  return () => {
    if (left.length === 0) left = [...items]
    return left.splice(random.int(0, left.length - 1), 1)[0]!
  }
}

/** What a model says of each video: the label with the highest mean of logits over windows and their mirrors. */
export async function judgeVideos(
  model: VideoModel,
  weights: Float32Array,
  { videos, shape }: { videos: readonly ActionVideo[]; shape: WindowShape },
): Promise<string[]> {
  const session = await InferenceSession.create(buildServingGraph(model, weights), { intraOpNumThreads: 1 })
  const size = shape.frames * shape.heightPx * shape.widthPx * 3
  const count = views * 2
  const said: string[] = []
  for (const video of videos) {
    const last = Math.max(0, video.count - 1 - reach(shape))
    const clips = new Uint8Array(count * size)
    for (let n = 0; n < count; n += 1) {
      const start = (last * (n >> 1)) / (views - 1)
      const cut = { ...plainCut, start, flip: n % 2 === 1 }
      writeWindow(video, shape, cut, clips.subarray(n * size, (n + 1) * size))
    }
    const dims = [count, shape.frames, shape.heightPx, shape.widthPx, 3]
    const { logits } = await session.run({ clips: new Tensor('uint8', clips, dims) })
    const values = logits!.data as Float32Array
    const sums = model.labels.map((_, label) => {
      let sum = 0
      for (let n = 0; n < count; n += 1) sum += values[n * model.labels.length + label]!
      return sum
    })
    said.push(model.labels[sums.indexOf(Math.max(...sums))]!)
  }
  await session.release()
  return said
}
