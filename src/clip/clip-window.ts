import { concatMap, defer, from, type OperatorFunction } from 'rxjs'
import type { Clip } from '../core/clip.ts'
import type { GatedFrame } from '../core/frame.ts'
import { type ClipCutterOptions, createClipCutter } from './clip-cutter.ts'

export type ClipWindowOptions = Omit<ClipCutterOptions, 'trackId'>

/**
 * Cuts a camera's frames into clips of exactly the model's `frames`, evenly spaced in PTS. A clip never spans a
 * reconnect, a gap or a PTS that goes back: what was gathered is dropped and counted. A clip in which the motion
 * gate was never open is dropped as `no_motion`. Holds at most one clip of frames.
 *
 * Tubelets of a `stream` model follow each other without a gap whatever the load, because the model carries state.
 */
export function clipWindow(options: ClipWindowOptions): OperatorFunction<GatedFrame, Clip> {
  return (source) =>
    defer(() => {
      const cutter = createClipCutter(options)
      return source.pipe(concatMap((gated) => from(cutter.take(gated))))
    })
}
