import { AppError } from '../../core/errors.ts'
import { plainView, renderView } from '../data/augment.ts'
import type { ClipSource } from '../data/clip-source.ts'
import { viewStarts } from '../export/predict.ts'
import type { FrozenBackbone } from '../models/frozen-backbone.ts'

/** What a frozen encoder gives for clips of one source. */
export interface Embeddings {
  /** [rows, features] */
  readonly values: Float32Array
  /** The item that each row is of. */
  readonly items: readonly number[]
}

/**
 * Every item once through the encoder: `views` clips spread evenly over it, and their mirror images where
 * `mirrored`. @throws AppError TRAIN_STOPPED
 */
export async function embedFootage(options: {
  model: FrozenBackbone
  source: ClipSource
  views: number
  mirrored: boolean
  batch: number
  signal: AbortSignal
  /** Awaited before each batch, for work that takes second place. */
  pause?: () => Promise<void>
  onProgress?: (progress: { done: number; total: number }) => void
}): Promise<Embeddings> {
  const { model, source, views, mirrored, batch, signal, pause, onProgress } = options
  const { clip, features } = model
  const looks = source.items.flatMap(({ frameCount }, item) =>
    viewStarts(frameCount, clip.frames, views).flatMap((start) =>
      (mirrored ? [false, true] : [false]).map((mirror) => ({ item, start, mirror })),
    ),
  )
  const clipBytes = clip.frames * clip.heightPx * clip.widthPx * 3
  const read = new Uint8Array(clip.frames * source.heightPx * source.widthPx * 3)
  const values = new Float32Array(looks.length * features)
  for (let at = 0; at < looks.length; at += batch) {
    await pause?.().catch((thrown: unknown) => {
      if (!signal.aborted) throw thrown
    })
    if (signal.aborted)
      throw new AppError('TRAIN_STOPPED', 'it was stopped while the footage was embedded; run it again')
    const part = looks.slice(at, at + batch)
    const clips = new Uint8Array(part.length * clipBytes)
    part.forEach(({ item, start, mirror }, n) => {
      source.read(item, start, clip.frames, read)
      renderView(
        { frames: read, from: source },
        { ...plainView(source), mirrored: mirror },
        {
          out: clips.subarray(n * clipBytes, (n + 1) * clipBytes),
          to: clip,
          count: clip.frames,
        },
      )
    })
    values.set(await model.embed(clips, part.length), at * features)
    onProgress?.({ done: at + part.length, total: looks.length })
  }
  return { values, items: looks.map(({ item }) => item) }
}
