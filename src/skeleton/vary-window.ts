import { keypointNames } from '../core/pose.ts'
import type { Random } from '../core/random.ts'
import { bodyNumbers } from './resample-window.ts'

const count = keypointNames.length
/** The keypoint on the other side of the body, of each. */
const mirrored = keypointNames.map((name) => {
  const other = name.startsWith('left_') ? name.replace('left_', 'right_') : name.replace('right_', 'left_')
  return keypointNames.indexOf(other as (typeof keypointNames)[number])
})

/** How far windows of real people are varied. */
const most = { stretch: 0.08, turn: 0.1, jitter: 0.025, score: 0.15, forgotten: 0.02 }
const limbShare = 0.2
const aloneShare = 0.1

/**
 * A window as another camera might have seen it, or another model found it: mirrored, stretched, turned a little, every
 * place a little elsewhere, keypoints and limbs not found, the one beside not seen. What is done stays the same.
 *
 * @param window [frames, 2, 17, 3]; it is not changed.
 */
export function varyWindow(window: Float32Array, random: Random): Float32Array<ArrayBuffer> {
  const out = Float32Array.from(window)
  const bodies = out.length / bodyNumbers
  const sizePx = extentOf(window)
  const mirror = random.chance(0.5)
  const stretch = Math.exp(random.range(-most.stretch, most.stretch))
  const angle = random.range(-most.turn, most.turn)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const jitterPx = random.range(0, most.jitter) * sizePx
  const sureness = 1 + random.range(-most.score, most.score)
  const alone = random.chance(aloneShare)
  const limb = random.chance(limbShare) ? random.int(1, count - 1) : -1
  const [lostFrom, lostTo] = [random.range(0, bodies / 2), random.range(0, bodies / 2)]
  for (let body = 0; body < bodies; body += 1)
    for (let n = 0; n < count; n += 1) {
      const from = body * bodyNumbers + (mirror ? mirrored[n]! : n) * 3
      const to = body * bodyNumbers + n * 3
      const [x, y, score] = [
        window[from]! * (mirror ? -stretch : stretch),
        window[from + 1]!,
        window[from + 2]!,
      ]
      out[to] = cos * x - sin * y + random.normal() * jitterPx
      out[to + 1] = sin * x + cos * y + random.normal() * jitterPx
      const moment = body >> 1
      const lost =
        (body % 2 === 1 && alone) ||
        random.chance(most.forgotten) ||
        (n === limb &&
          body % 2 === 0 &&
          moment >= Math.min(lostFrom, lostTo) &&
          moment < Math.max(lostFrom, lostTo))
      out[to + 2] = lost ? 0 : Math.min(1, score * sureness)
    }
  return out
}

/** About how long the first body is: the larger side of the box around what is found, the median of its moments. */
function extentOf(window: Float32Array): number {
  const extents: number[] = []
  for (let at = 0; at < window.length; at += 2 * bodyNumbers) {
    const box = [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]
    for (let n = 0; n < count; n += 1) {
      const [x, y, score] = window.subarray(at + n * 3, at + n * 3 + 3) as unknown as [number, number, number]
      if (score <= 0) continue
      box[0] = Math.min(box[0]!, x)
      box[1] = Math.max(box[1]!, x)
      box[2] = Math.min(box[2]!, y)
      box[3] = Math.max(box[3]!, y)
    }
    if (box[1]! > box[0]!) extents.push(Math.max(box[1]! - box[0]!, box[3]! - box[2]!))
  }
  return extents.sort((a, b) => a - b)[extents.length >> 1] ?? 0
}
