import { writeFileSync } from 'node:fs'
import { createRandom } from '../../src/core/random.ts'
import { bodySuffix, encodeBodies, type HeldReading } from '../../src/skeleton/body-file.ts'

/** What a drawn person does: arms up and down like a flagman, or nothing much. */
export type DrawnAct = 'flagging' | 'waiting'

const lengthPx = 160
/** Of a person of length 1 who stands: x from the middle, y from the head. In the order of keypointNames. */
const upright: readonly (readonly [number, number])[] = [
  ...([
    [0, 0.05],
    [0.02, 0.03],
    [-0.02, 0.03],
    [0.05, 0.04],
    [-0.05, 0.04],
  ] as const),
  ...([
    [0.11, 0.19],
    [-0.11, 0.19],
    [0.14, 0.34],
    [-0.14, 0.34],
    [0.15, 0.48],
    [-0.15, 0.48],
  ] as const),
  ...([
    [0.07, 0.52],
    [-0.07, 0.52],
    [0.08, 0.74],
    [-0.08, 0.74],
    [0.08, 0.96],
    [-0.08, 0.96],
  ] as const),
]

/** What a model of keypoints would find of one drawn person, ten times a second. */
export function drawnReadings(act: DrawnAct, seed: number, seconds = 5): HeldReading[] {
  const random = createRandom(seed)
  const [left, top, wide] = [random.range(50, 400), random.range(20, 80), random.range(0.85, 1.1)]
  const [rate, phase] = [random.range(0.8, 1.2), random.range(0, 6)]
  return Array.from({ length: Math.round(seconds * 10) }, (_, n) => {
    const t = n / 10
    const sway = 0.01 * Math.sin(t + phase)
    // One arm is stretched to the side, the other goes round and round beside the body.
    const turn = 2 * Math.PI * rate * t + phase
    const keypoints = upright.map(([x, y], at): [number, number] => {
      if (act === 'waiting') return [x + sway, y]
      if (at === 7) return [0.26, 0.2]
      if (at === 9) return [0.41, 0.2]
      if (at === 8) return [-0.11 + 0.14 * Math.cos(turn), 0.19 + 0.14 * Math.sin(turn)]
      if (at === 10) return [-0.11 + 0.29 * Math.cos(turn), 0.19 + 0.29 * Math.sin(turn)]
      return [x + sway, y]
    })
    const placed = keypoints.map(([x, y]) => ({
      xPx: left + (x * wide + random.normal() * 0.006) * lengthPx,
      yPx: top + (y + random.normal() * 0.006) * lengthPx,
      score: random.range(0.4, 0.9),
    }))
    const [xs, ys] = [placed.map(({ xPx }) => xPx), placed.map(({ yPx }) => yPx)]
    const [xPx, yPx] = [Math.min(...xs), Math.min(...ys)]
    const box = { xPx, yPx, widthPx: Math.max(...xs) - xPx, heightPx: Math.max(...ys) - yPx }
    return { ptsUs: n * 100_000, untilUs: n * 100_000, box, keypoints: placed }
  })
}

/** A clip whose pictures nobody needs, with the keypoints beside it; returns its path. */
export function writeDrawnClip(path: string, act: DrawnAct, seed: number): string {
  writeFileSync(path, `no pictures, ${act} ${seed}`)
  const beside = encodeBodies({
    alertId: 'a',
    cameraId: 'gate',
    picture: { widthPx: 640, heightPx: 360 },
    trackIds: ['1'],
    fromUs: 2_000_000,
    toUs: 4_500_000,
    tracks: [{ id: '1', readings: drawnReadings(act, seed) }],
  })
  writeFileSync(path.replace(/\.mp4$/, bodySuffix), beside)
  return path
}
