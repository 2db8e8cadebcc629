import { Tensor } from '../../onnx/onnx-runtime.ts'
import type { SoundSource } from '../data/sound-source.ts'
import type { Prediction } from '../evaluate/prediction.ts'
import type { VideoModel } from '../models/video-model.ts'
import { averageLooks } from './predict.ts'

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
  const looks = source.items.flatMap(({ samples }, item) =>
    windowStarts(samples, window, viewsPerItem).map((start) => ({ item, start })),
  )
  const means = await averageLooks({
    model,
    weights,
    items: source.items.length,
    looks,
    batch,
    threads,
    ...(signal && { signal }),
    read(part) {
      const clips = new Int16Array(part.length * window)
      for (const [row, { item, start }] of part.entries())
        source.read(item, start, clips.subarray(row * window, (row + 1) * window))
      return new Tensor('int16', clips, [part.length, window])
    },
  })
  return source.items.map(({ id, group }, item) => ({
    id,
    group,
    truth: truths[item]!,
    probabilities: means[item]!,
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
