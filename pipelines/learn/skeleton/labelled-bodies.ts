import type { BodyReading } from '../../../src/skeleton/body-reading.ts'
import { leastSeen } from '../../../src/skeleton/skeleton-window.ts'
import type { LabelledVideo } from '../../../src/train/data/labelled-set.ts'

/** A labelled clip as a model of skeletons sees it. */
export interface LabelledBodies extends Pick<LabelledVideo, 'id' | 'group' | 'label'> {
  readonly tracks: readonly { readonly id: string; readonly readings: readonly BodyReading[] }[]
  /** Whom the label is about; empty: not known. */
  readonly about: readonly string[]
  /** The part that counts, microseconds of the clip. */
  readonly fromUs: number
  readonly toUs: number
}

/** The windows of one body of a clip: where they end. */
export interface BodyWindows {
  /** Index among the tracks. */
  readonly track: number
  readonly endsUs: readonly number[]
  /** How much the body moves: lengths of it a second. */
  readonly motion: number
}

export interface WindowShape {
  readonly frames: number
  readonly sampleFps: number
  readonly strideFrames: number
}

/**
 * Where windows of a clip end, for each body, as the live path would cut them: a stride apart, each filled enough,
 * and most of it in the part that counts. A part that is shorter than a window has one.
 */
export function windowsOf(clip: LabelledBodies, shape: WindowShape): BodyWindows[] {
  const windowUs = (shape.frames * 1e6) / shape.sampleFps
  const strideUs = (shape.strideFrames * 1e6) / shape.sampleFps
  const least = leastSeen * windowUs
  return clip.tracks.flatMap(({ readings }, track): BodyWindows[] => {
    const [first, last] = [readings[0]?.ptsUs, readings.at(-1)?.ptsUs]
    if (first === undefined || last === undefined || last - first < least) return []
    const from = clip.fromUs <= first ? first + least : Math.max(first + least, clip.fromUs + windowUs / 2)
    const to = Math.min(last, Math.max(clip.toUs, clip.fromUs + windowUs / 2) + windowUs / 4)
    const endsUs: number[] = []
    for (let end = from; end <= to; end += strideUs) endsUs.push(Math.round(end))
    // Of a short part the last moment says most.
    const single = Math.min(last, Math.max(to, first + least))
    const overlaps = last >= clip.fromUs && first <= clip.toUs
    if (endsUs.length === 0 && overlaps) endsUs.push(Math.round(single))
    return endsUs.length === 0 ? [] : [{ track, endsUs, motion: motionOf(readings, clip) }]
  })
}

/** Mean way of the keypoints that are found twice, in lengths of the body a second, in the part that counts. */
function motionOf(readings: readonly BodyReading[], { fromUs, toUs }: LabelledBodies): number {
  let [way, seconds] = [0, 0]
  for (const [n, reading] of readings.entries()) {
    const before = readings[n - 1]
    if (!before || reading.ptsUs < fromUs || before.ptsUs > toUs) continue
    const size = Math.max(reading.box.widthPx, reading.box.heightPx, 1)
    const steps = reading.keypoints.flatMap(({ xPx, yPx, score }, at) => {
      const old = before.keypoints[at]!
      return score > 0.2 && old.score > 0.2 ? [Math.hypot(xPx - old.xPx, yPx - old.yPx) / size] : []
    })
    if (steps.length === 0) continue
    way += steps.reduce((sum, step) => sum + step, 0) / steps.length
    seconds += (reading.ptsUs - before.ptsUs) / 1e6
  }
  return seconds > 0 ? way / seconds : 0
}
