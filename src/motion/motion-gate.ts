import { defer, map, type OperatorFunction } from 'rxjs'
import type { Frame, GatedFrame, PictureFit } from '../core/frame.ts'
import { blockMeans } from './block-means.ts'
import { frameDifference } from './frame-difference.ts'
import { createIgnoredBlocks, type IgnoreAreas } from './ignored-blocks.ts'

export interface MotionGateSettings {
  readonly enabled: boolean
  /** Share of the picture that must change from one frame to the next, 0–1. */
  readonly threshold: number
  /** How long the gate stays open after the last motion, in the video's own time. */
  readonly holdMs: number
  /** What moves there opens no gate. Absent: all of the picture counts. */
  readonly ignore?: IgnoreAreas
  /** How the picture lies in the frames; needed where something is ignored. */
  readonly fit?: PictureFit
}

/** The gate of one source; see motionGate. */
export function createMotionGate(settings: MotionGateSettings): (frame: Frame) => GatedFrame {
  const { enabled, threshold, holdMs, ignore = [], fit } = settings
  if (!enabled) return (frame) => ({ frame, motion: 1, active: true })
  const ignored = createIgnoredBlocks(ignore, fit)
  let before: { frame: Frame; means: Float32Array } | null = null
  let openUntilUs = 0
  return (frame) => {
    const means = blockMeans(frame.data, frame.widthPx, frame.heightPx)
    const comparable =
      before !== null &&
      before.frame.epoch === frame.epoch &&
      before.means.length === means.length &&
      before.frame.ptsUs <= frame.ptsUs
    const motion = comparable ? frameDifference(before!.means, means, ignored(frame)) : 0
    if (!comparable || motion >= threshold) openUntilUs = frame.ptsUs + holdMs * 1000
    before = { frame, means }
    return { frame, motion, active: frame.ptsUs <= openUntilUs }
  }
}

/**
 * Says of every frame how much moved and whether the gate is open. It lets all frames through: a clip needs the
 * quiet frames before the motion too. A new connection, another picture size or a PTS that goes back opens it
 * for one hold time, because nothing is known about what happened meanwhile.
 */
export function motionGate(settings: MotionGateSettings): OperatorFunction<Frame, GatedFrame> {
  return (source) => defer(() => source.pipe(map(createMotionGate(settings))))
}
