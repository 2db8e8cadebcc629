import { initialWeights, layOut } from '../../../src/train/autodiff/parameters.ts'
import {
  createVideoTransformer,
  type VideoTransformerSettings,
} from '../../../src/train/models/video-transformer.ts'

/** Normal numbers, the same for the same seed. */
export function noise(seed: number): () => number {
  let state = seed >>> 0
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
}

/** A video transformer of a few thousand weights: 4 tubelets of 2 frames, 2 × 3 places. */
export function tinyTransformer(more: Partial<VideoTransformerSettings> = {}) {
  const model = createVideoTransformer({
    name: 'tiny',
    clip: { frames: 8, heightPx: 16, widthPx: 24 },
    labels: ['walk', 'run', 'nothing'],
    patchPx: 8,
    tubeletFrames: 2,
    width: 16,
    heads: 2,
    hidden: 32,
    depthSpace: 2,
    depthTime: 2,
    ...more,
  })
  const normal = noise(1)
  // Far from small, so that every part of the model shows in its logits.
  const weights = initialWeights(layOut(model.parameters), normal).map((x) => x + 0.1 * normal())
  return { model, weights }
}
