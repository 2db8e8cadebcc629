import { InferenceSession, Tensor } from 'onnxruntime-node'
import { AppError } from '../core/errors.ts'
import type { VideoModel } from './models/video-model.ts'
import { addSoftmax } from './predict.ts'
import type { Prediction } from './prediction.ts'
import type { SoundSource } from './sound-source.ts'
import { buildServingGraph } from './step-graph.ts'

/**
 * What a model says of every sound, by the graph that serves: softmax, averaged over up to `viewsPerItem` windows spread
 * evenly over the stretch. A stretch shorter than a window lies in the middle of it. @throws AppError TRAIN_STOPPED
 */
export async function predictSounds(options: {
  model: VideoModel
  weights: Float32Array
  source: SoundSource
  /** The class of each item. */
  truths: readonly number[]
  viewsPerItem: number
  batch: number
  threads: number
  signal?: AbortSignal
}): Promise<Prediction[]> {
  const { model, weights, source, truths, viewsPerItem, batch, threads, signal } = options
  const window = model.clip.frames
  const labels = model.labels.length
  const looks = source.items.flatMap(({ samples }, item) =>
    windowStarts(samples, window, viewsPerItem).map((start) => ({ item, start })),
  )
  const sums = source.items.map(() => new Float32Array(labels))
  const counts = new Int32Array(source.items.length)
  const session = await InferenceSession.create(buildServingGraph(model, weights), {
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
  })
  try {
    for (let at = 0; at < looks.length; at += batch) {
      if (signal?.aborted) throw new AppError('TRAIN_STOPPED', 'the evaluation was stopped before its end')
      const part = looks.slice(at, at + batch)
      const clips = new Int16Array(part.length * window)
      for (const [row, { item, start }] of part.entries())
        source.read(item, start, clips.subarray(row * window, (row + 1) * window))
      const { logits } = await session.run({ clips: new Tensor('int16', clips, [part.length, window]) })
      for (const [row, { item }] of part.entries()) {
        const values = logits!.data as Float32Array
        addSoftmax(values.subarray(row * labels, (row + 1) * labels), sums[item]!)
        counts[item]! += 1
      }
    }
  } finally {
    await session.release()
  }
  return source.items.map(({ id, group }, item) => ({
    id,
    group,
    truth: truths[item]!,
    probabilities: sums[item]!.map((sum) => sum / counts[item]!),
  }))
}

/** First samples of the windows that are looked at; negative where the stretch is shorter than a window. */
export function windowStarts(samples: number, window: number, views: number): number[] {
  const room = samples - window
  if (room <= 0) return [Math.floor(room / 2)]
  const count = Math.max(1, Math.min(views, Math.ceil(samples / window)))
  if (count === 1) return [Math.floor(room / 2)]
  return Array.from({ length: count }, (_, n) => Math.round((n * room) / (count - 1)))
}
