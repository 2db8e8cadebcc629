import { createRandom } from '../../../src/core/random.ts'
import type { Augmentation } from '../../../src/train/data/augment.ts'
import type { ClipSource } from '../../../src/train/data/clip-source.ts'
import { createVideoTransformer } from '../../../src/train/models/video-transformer.ts'
import { memoryClips } from '../../support/memory-clips.ts'

export const noAugmentation: Augmentation = { crop: 1, flip: false, colour: 0, speed: 0 }

/** A transformer of a few thousand weights on clips of 4 frames of 16 × 16 pixels. */
export const tinyModel = createVideoTransformer({
  name: 'tiny',
  labels: ['right', 'left'],
  clip: { frames: 4, heightPx: 16, widthPx: 16 },
  patchPx: 8,
  tubeletFrames: 2,
  width: 16,
  heads: 2,
  hidden: 32,
  depthSpace: 1,
  depthTime: 2,
})

const size = 16

/** A bright bar that moves right or left over noise. rgb24 [count, 16, 16, 3] */
function movingBar(label: string, seed: number, count: number): Uint8Array {
  const random = createRandom(seed)
  const start = random.int(0, size - 1)
  const frames = new Uint8Array(count * size * size * 3)
  for (let t = 0; t < count; t += 1)
    for (let y = 0; y < size; y += 1)
      for (let x = 0; x < size; x += 1) {
        const bar = (start + (label === 'right' ? 2 * t : 10 * size - 2 * t)) % size
        const inside = (x - bar + size) % size < 4
        const at = ((t * size + y) * size + x) * 3
        frames.fill((inside ? 200 : 40) + random.int(0, 10), at, at + 3)
      }
  return frames
}

/** `perLabel` pieces of footage of 8 frames for each label; every piece is a group of its own. */
export function tinyFootage(options: {
  seed: number
  perLabel: number
  labels?: readonly (string | null)[]
}): ClipSource {
  const { seed, perLabel, labels = tinyModel.labels } = options
  return memoryClips({
    widthPx: size,
    heightPx: size,
    sampleFps: 8,
    items: labels.flatMap((label) =>
      Array.from({ length: perLabel }, (_, n) => ({
        id: `${label}-${seed}-${n}`,
        group: `scene-${seed}-${label}-${n}`,
        label,
        frames: movingBar(label ?? 'right', seed * 1000 + n, 8),
      })),
    ),
  })
}
