import type { ClipSource, Footage, StoredFrames } from '../../src/train/data/clip-source.ts'
import { openStoredClips } from '../../src/train/data/stored-clips.ts'

/** Frames that are in memory already as a source, such as those of tests and of measurements. */
export function memoryClips(options: {
  widthPx: number
  heightPx: number
  sampleFps: number
  /** `frames` is rgb24 [count, H, W, 3]. */
  items: readonly (Omit<Footage, 'frameCount'> & { readonly frames: Uint8Array })[]
}): ClipSource {
  const { widthPx, heightPx, sampleFps } = options
  const frameBytes = widthPx * heightPx * 3
  const memory = new SharedArrayBuffer(options.items.reduce((sum, { frames }) => sum + frames.length, 0))
  const all = new Uint8Array(memory)
  const [items, places]: [Footage[], StoredFrames[]] = [[], []]
  let offset = 0
  for (const { frames, id, group, label } of options.items) {
    all.set(frames, offset)
    items.push({ id, group, label, frameCount: frames.length / frameBytes })
    places.push({ memory, offset })
    offset += frames.length
  }
  return openStoredClips({ widthPx, heightPx, sampleFps, items, frames: places })
}
