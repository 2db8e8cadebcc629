import type { Random } from '../../../src/core/random.ts'
import type { ActionVideo } from './load.ts'
import { side } from './load.ts'

/** Frames, height and width of what a model sees of a video. */
export interface WindowShape {
  readonly frames: number
  readonly heightPx: number
  readonly widthPx: number
  /** Frames of the video (25 fps) from one frame of the window to the next. */
  readonly stride: number
  /** Frames of a tubelet, during which the window stays where it is. */
  readonly hold: number
}

/** How a window is cut: everything at its middle value is a plain cut. */
export interface Cut {
  /** Frame of the video at which the window starts; may be a fraction. */
  readonly start: number
  /** Times the window's stride. */
  readonly speed: number
  readonly flip: boolean
  /** Times the size of what is cut out. */
  readonly zoom: number
  readonly shiftX: number
  readonly shiftY: number
  readonly gain: number
  readonly offset: number
}

export const plainCut: Cut = {
  start: 0,
  speed: 1,
  flip: false,
  zoom: 1,
  shiftX: 0,
  shiftY: 0,
  gain: 1,
  offset: 0,
}

/** Frames of the video that a window covers. */
export function reach({ frames, stride }: WindowShape, speed = 1): number {
  return (frames - 1) * stride * speed
}

export function randomCut(video: ActionVideo, shape: WindowShape, random: Random): Cut {
  const speed = random.range(0.8, 1.25)
  return {
    speed,
    start: random.range(0, Math.max(0, video.count - 1 - reach(shape, speed))),
    flip: random.chance(0.5),
    zoom: random.range(0.88, 1.12),
    shiftX: random.range(-4, 4),
    shiftY: random.range(-4, 4),
    gain: random.range(0.7, 1.3),
    offset: random.range(-20, 20),
  }
}

/**
 * Writes a window of a video to `out`, uint8 [T, H, W, 3]. It follows the person from tubelet to tubelet, and stays
 * where it is within one, so that what changes from frame to frame is the person and not the ground. Bilinear; borders
 * and the last frame are repeated.
 */
export function writeWindow(video: ActionVideo, shape: WindowShape, cut: Cut, out: Uint8Array): void {
  const { frames, heightPx, widthPx, stride, hold } = shape
  const { grey, count, centres, widthPx: stripPx } = video
  // Another speed moves the tubelets; their own frames keep their distance, or changes between them would be lost.
  const frameAt = (t: number) => {
    const tubelet = Math.floor(t / hold) * hold
    return Math.min(count - 1, Math.round(cut.start + tubelet * stride * cut.speed) + (t - tubelet) * stride)
  }
  const down = samples(heightPx, { zoom: cut.zoom, middle: side / 2 + cut.shiftY, limit: side })
  // (value - 128) · gain + 128 + offset
  const base = 128 - 128 * cut.gain + cut.offset
  let to = 0
  for (let first = 0; first < frames; first += hold) {
    const middle = centres[frameAt(first + Math.floor(hold / 2))]! + cut.shiftX
    const across = samples(widthPx, { zoom: cut.flip ? -cut.zoom : cut.zoom, middle, limit: stripPx })
    for (let t = first; t < Math.min(frames, first + hold); t += 1) {
      const from = frameAt(t) * side * stripPx
      for (let y = 0; y < heightPx; y += 1) {
        const [top, bottom] = [from + down.low[y]! * stripPx, from + down.high[y]! * stripPx]
        const below = down.share[y]! * cut.gain
        const above = cut.gain - below
        for (let x = 0; x < widthPx; x += 1) {
          const [low, high, right] = [across.low[x]!, across.high[x]!, across.share[x]!]
          const left = 1 - right
          const value =
            (grey[top + low]! * left + grey[top + high]! * right) * above +
            (grey[bottom + low]! * left + grey[bottom + high]! * right) * below +
            base
          const byte = value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0
          out[to] = byte
          out[to + 1] = byte
          out[to + 2] = byte
          to += 3
        }
      }
    }
  }
}

/** For each pixel of one axis of the window the two pixels of the video that it lies between, and how near the second. */
function samples(count: number, axis: { zoom: number; middle: number; limit: number }) {
  const { zoom, middle, limit } = axis
  const low = new Int32Array(count)
  const high = new Int32Array(count)
  const share = new Float32Array(count)
  for (let n = 0; n < count; n += 1) {
    const at = middle + (n + 0.5 - count / 2) * zoom - 0.5
    const inside = Math.max(0, Math.min(limit - 1, at))
    low[n] = Math.floor(inside)
    high[n] = Math.min(limit - 1, low[n]! + 1)
    share[n] = inside - low[n]!
  }
  return { low, high, share }
}
