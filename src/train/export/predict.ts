import { softmax } from '../../core/activation.ts'
import { AppError } from '../../core/errors.ts'
import { createSession } from '../../onnx/create-session.ts'
import { Tensor } from '../../onnx/onnx-runtime.ts'
import { plainView, renderView } from '../data/augment.ts'
import type { ClipSource } from '../data/clip-source.ts'
import type { Prediction } from '../evaluate/prediction.ts'
import type { VideoModel } from '../models/video-model.ts'
import { buildServingGraph } from '../step/step-graph.ts'

/** One clip of one item that is looked at. */
interface Look {
  readonly item: number
  readonly startFrame: number
}

/**
 * What a model says of every labelled item: softmax over its labels, averaged over `viewsPerItem` clips that are spread
 * evenly over the item (fewer where it is short). Run by the graph that serves. Items without a label are left out.
 *
 * @throws AppError TRAIN_LABEL when an item has a label that is not in `labels`; TRAIN_STOPPED.
 */
export async function predictClips(options: {
  model: VideoModel
  weights: Float32Array
  source: ClipSource
  labels: readonly string[]
  viewsPerItem: number
  batch: number
  threads: number
  signal?: AbortSignal
}): Promise<Prediction[]> {
  const { model, weights, source, labels, viewsPerItem, batch, threads, signal } = options
  const truths = labelIndices(source, labels)
  const looks = source.items.flatMap(({ frameCount }, item): Look[] =>
    truths[item]! < 0
      ? []
      : viewStarts(frameCount, model.clip.frames, viewsPerItem).map((startFrame) => ({ item, startFrame })),
  )
  const { frames, heightPx, widthPx } = model.clip
  const peaks = source.items.map(() => new Float32Array(labels.length))
  const means = await averageLooks({
    model,
    weights,
    items: source.items.length,
    looks,
    batch,
    threads,
    ...(signal && { signal }),
    onLook({ item }, probabilities) {
      probabilities.forEach((value, label) => {
        peaks[item]![label] = Math.max(peaks[item]![label]!, value)
      })
    },
    read: (part) =>
      new Tensor('uint8', readLooks(source, part, model), [part.length, frames, heightPx, widthPx, 3]),
  })
  return source.items.flatMap(({ id, group }, item): Prediction[] =>
    truths[item]! < 0
      ? []
      : [{ id, group, truth: truths[item]!, probabilities: means[item]!, peaks: peaks[item]! }],
  )
}

/**
 * The softmax of a model's answers, averaged over the looks at each item; one for each item, of zeros and not-a-numbers
 * where there was none. Run by the graph that serves. @throws AppError TRAIN_STOPPED
 */
export async function averageLooks<Look extends { readonly item: number }>(options: {
  model: VideoModel
  weights: Float32Array
  items: number
  looks: readonly Look[]
  /** What the graph is fed with for some looks, one row for each. */
  read: (looks: readonly Look[]) => Tensor
  /** Told the softmax of each look. */
  onLook?: (look: Look, probabilities: Float32Array) => void
  batch: number
  threads: number
  signal?: AbortSignal
}): Promise<Float32Array[]> {
  const { model, weights, items, looks, read, onLook, batch, threads, signal } = options
  const labels = model.labels.length
  const sums = Array.from({ length: items }, () => new Float32Array(labels))
  const counts = new Int32Array(items)
  const session = await createSession(buildServingGraph(model, weights), {
    threads,
  })
  try {
    for (let at = 0; at < looks.length; at += batch) {
      if (signal?.aborted) throw new AppError('TRAIN_STOPPED', 'the evaluation was stopped before its end')
      const part = looks.slice(at, at + batch)
      const { logits } = await session.run({ clips: read(part) })
      part.forEach((look, n) => {
        const row = (logits!.data as Float32Array).subarray(n * labels, (n + 1) * labels)
        const probabilities = new Float32Array(labels)
        addSoftmax(row, probabilities)
        onLook?.(look, probabilities)
        probabilities.forEach((value, label) => {
          sums[look.item]![label]! += value
        })
        counts[look.item]! += 1
      })
    }
  } finally {
    await session.release()
  }
  return sums.map((sum, item) => sum.map((value) => value / counts[item]!))
}

/** The class of each item; -1 for one without label. @throws AppError TRAIN_LABEL */
export function labelIndices(source: ClipSource, labels: readonly string[]): number[] {
  return source.items.map(({ id, label }) => {
    if (label === null) return -1
    const index = labels.indexOf(label)
    if (index >= 0) return index
    throw new AppError(
      'TRAIN_LABEL',
      `${id} is labelled "${label}", which the model does not have; its labels are ${labels.join(', ')}. Correct the label, or train a model that has it`,
      { details: { id, label } },
    )
  })
}

/** First frames of `views` clips, spread evenly from the start of an item to its end. */
export function viewStarts(frameCount: number, clipFrames: number, views: number): number[] {
  const room = Math.max(0, frameCount - clipFrames)
  if (views === 1) return [Math.floor(room / 2)]
  const starts = Array.from({ length: views }, (_, n) => Math.round((n * room) / (views - 1)))
  return [...new Set(starts)]
}

function readLooks(source: ClipSource, looks: readonly Look[], { clip }: VideoModel): Uint8Array {
  const { frames, heightPx, widthPx } = clip
  const size = frames * heightPx * widthPx * 3
  const out = new Uint8Array(looks.length * size)
  const read = new Uint8Array(frames * source.heightPx * source.widthPx * 3)
  looks.forEach(({ item, startFrame }, n) => {
    source.read(item, startFrame, frames, read)
    renderView({ frames: read, from: source }, plainView(source), {
      out: out.subarray(n * size, (n + 1) * size),
      to: clip,
      count: frames,
    })
  })
  return out
}

/** Adds the softmax of one row of logits to `sum`. */
export function addSoftmax(logits: Float32Array, sum: Float32Array): void {
  softmax(logits).forEach((value, index) => {
    sum[index]! += value
  })
}

/** Share of items whose likeliest label is the true one, and the mean of -log of the true label's probability. */
export function scorePredictions(predictions: readonly Prediction[]): { loss: number; accuracy: number } {
  let [loss, right] = [0, 0]
  for (const { truth, probabilities } of predictions) {
    loss -= Math.log(Math.max(1e-9, probabilities[truth]!))
    if (probabilities.every((value) => value <= probabilities[truth]!)) right += 1
  }
  return { loss: loss / predictions.length, accuracy: right / predictions.length }
}
