import { createRandom } from '../infer/bench-model.ts'

/**
 * Pictures in which things move: soft blobs that drift over a textured ground. uint8 [frames, H, W, 3]. What is in
 * them does not matter for speed; that neighbouring frames resemble each other does for comparing logits.
 */
export function movingVideo(options: {
  frames: number
  widthPx: number
  heightPx: number
  seed: number
}): Uint8Array {
  const { frames, widthPx, heightPx, seed } = options
  const random = createRandom(seed)
  const ground = Uint8Array.from({ length: widthPx * heightPx * 3 }, () => 90 + random() * 60)
  const blobs = Array.from({ length: 4 }, () => ({
    x: random() * widthPx,
    y: random() * heightPx,
    dx: (random() - 0.5) * 8,
    dy: (random() - 0.5) * 4,
    radius: 6 + random() * 14,
    colour: [random() * 255, random() * 255, random() * 255],
  }))
  const video = new Uint8Array(frames * ground.length)
  for (let frame = 0; frame < frames; frame += 1) {
    const start = frame * ground.length
    video.set(ground, start)
    for (const { x, y, dx, dy, radius, colour } of blobs) {
      const [left, top] = [Math.round(x + dx * frame), Math.round(y + dy * frame)]
      for (let row = Math.max(0, top - radius); row < Math.min(heightPx, top + radius); row += 1)
        for (let column = Math.max(0, left - radius); column < Math.min(widthPx, left + radius); column += 1)
          for (let channel = 0; channel < 3; channel += 1)
            video[start + (Math.floor(row) * widthPx + Math.floor(column)) * 3 + channel] = colour[channel]!
    }
  }
  return video
}
