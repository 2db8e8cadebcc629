import { Tensor } from '../../onnx/onnx-runtime.ts'
import type { Prediction } from '../evaluate/prediction.ts'
import type { VideoModel } from '../models/video-model.ts'
import { averageLooks } from './predict.ts'

/** Windows of skeletons with what is true of them. */
export interface LabelledWindows {
  /** float32 [count, T, 2, 17, 3] */
  readonly clips: Float32Array<ArrayBuffer>
  /** [count, labels]: shares that sum to 1. */
  readonly target: Float32Array
}

/** What a model says of every window, by the graph that serves: softmax. The truth is the label of the largest share. */
export async function predictSkeletons(options: {
  model: VideoModel
  weights: Float32Array
  windows: LabelledWindows
  batch: number
  threads: number
  signal?: AbortSignal
}): Promise<Prediction[]> {
  const { model, weights, windows, batch, threads, signal } = options
  const labels = model.labels.length
  const count = windows.target.length / labels
  const numbers = windows.clips.length / count
  const means = await averageLooks({
    model,
    weights,
    items: count,
    looks: Array.from({ length: count }, (_, item) => ({ item })),
    batch,
    threads,
    ...(signal && { signal }),
    read(part) {
      const clips = new Float32Array(part.length * numbers)
      for (const [row, { item }] of part.entries())
        clips.set(windows.clips.subarray(item * numbers, (item + 1) * numbers), row * numbers)
      return new Tensor('float32', clips, [part.length, model.clip.frames, 2, 17, 3])
    },
  })
  return means.map((probabilities, item) => {
    const shares = windows.target.subarray(item * labels, (item + 1) * labels)
    const truth = shares.indexOf(shares.reduce((most, share) => Math.max(most, share)))
    return { id: `window ${item}`, group: `window ${item}`, truth, probabilities }
  })
}
