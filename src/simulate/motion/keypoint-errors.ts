import type { Keypoint } from '../../core/pose.ts'
import type { Random } from '../../core/random.ts'
import type { FilmedPoint } from './filmed-joints.ts'

/** By how much more than a shoulder each keypoint is off, and its score against that of a shoulder. */
const looseness = [1, 1, 1, 1, 1, 1, 1, 1.5, 1.5, 1.9, 1.9, 1, 1, 1.4, 1.4, 1.5, 1.5]
const surety = [0.75, 0.75, 0.75, 0.8, 0.8, 1, 1, 0.75, 0.75, 0.62, 0.62, 1.02, 1.02, 0.85, 0.85, 0.82, 0.82]
const opposite = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
/** Where a hidden keypoint is guessed: at another one nearby. */
const nearby = [1, 0, 0, 1, 2, 6, 5, 5, 6, 11, 12, 12, 11, 11, 12, 13, 14]

/**
 * What a pose model would have found of true points, as real ones err: jitter and slow drift, hidden joints at wrong
 * places with low scores, left and right exchanged, points beyond the border, whole readings missed. Sizes after the
 * second differences and scores of MoveNet multipose on real film of people 60 to 400 pixels tall.
 */
export function createKeypointErrors(random: Random, width: number) {
  const quality = random.range(0.28, 0.85)
  const jitter = Math.exp(random.range(Math.log(0.004), Math.log(0.035)))
  const drift = random.range(0, 0.03)
  const wander = Array.from({ length: 34 }, () => random.normal())
  const hiddenRate = random.pick([0, 0.02, 0.05, 0.15])
  const swapRate = random.pick([0, 0, 0.03, 0.15])
  const missRate = random.pick([0, 0, 0.03, 0.1])
  const hidden = new Float64Array(17)
  let swapped = false
  const covered = drawCover(random)
  const wrong = Array.from({ length: 17 }, () => [random.normal(), random.normal()] as const)
  let before: readonly FilmedPoint[] | null = null

  /** @returns null where the person was not found. */
  return (points: readonly FilmedPoint[], dtS: number): Keypoint[] | null => {
    const xs = points.map(({ x }) => x)
    const ys = points.map(({ y }) => y)
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)]
    const size = Math.max(Math.max(...xs) - Math.min(...xs), bottom - top, 1e-3)
    const flat = bottom - top < 0.62 * size ? 1.6 : 1
    if (random.chance(missRate * flat)) return null
    if (random.chance(swapRate * flat)) swapped = !swapped && random.chance(0.7)
    const keep = Math.exp(-dtS / 0.6)
    const made = points.map((point, n): Keypoint => {
      const loose = looseness[n]! * flat
      for (const axis of [0, 1])
        wander[2 * n + axis] = keep * wander[2 * n + axis]! + Math.sqrt(1 - keep * keep) * random.normal()
      // Hidden joints stay so for some frames.
      if (random.chance(hidden[n]! > 0 ? 0.3 : hiddenRate * looseness[n]!)) hidden[n] = hidden[n]! > 0 ? 0 : 1
      const speed = before
        ? Math.hypot(point.x - before[n]!.x, point.y - before[n]!.y) / size / Math.max(dtS, 0.02)
        : 0
      let { x, y } = point
      let score = (quality * surety[n]! * (1 - 0.25 * Math.min(1, speed / 3))) / Math.sqrt(flat)
      const beyond = x < 0 || x > width || y < 0 || y > 1
      if (
        hidden[n] ||
        covered(point, { top, bottom, left: Math.min(...xs), right: Math.max(...xs) }) ||
        beyond
      ) {
        const to = points[nearby[n]!]!
        const share = beyond ? 0 : 0.35
        const [wx, wy] = wrong[n]!
        x += (to.x - x) * share + wx * 0.06 * size
        y += (to.y - y) * share + wy * 0.06 * size
        score *= random.range(0.1, 0.6)
      }
      if (beyond) {
        x = Math.max(-0.02, Math.min(width + 0.02, x))
        y = Math.max(-0.02, Math.min(1.02, y))
      }
      const off = (axis: 0 | 1) => size * loose * (jitter * random.normal() + drift * wander[2 * n + axis]!)
      return {
        xPx: x + off(0),
        yPx: y + off(1),
        score: Math.max(0.01, Math.min(0.99, score * (1 + 0.16 * random.normal()))),
      }
    })
    before = points
    return swapped ? made.map((_, n) => made[opposite[n]!]!) : made
  }
}

/** Furniture, a counter, a car: everything below a line or beside one is out of sight, for as long as the window. */
function drawCover(random: Random) {
  const kind = random.next()
  const share = random.range(0.35, 0.75)
  return (point: FilmedPoint, box: { top: number; bottom: number; left: number; right: number }): boolean => {
    if (kind < 0.14) return point.y > box.top + (box.bottom - box.top) * share
    if (kind < 0.19) return point.x > box.left + (box.right - box.left) * (share + 0.15)
    return false
  }
}
