import { Observable, type OperatorFunction } from 'rxjs'
import type { ModelContract } from '../core/bundle.ts'
import type { Clip } from '../core/clip.ts'
import type { GatedFrame } from '../core/frame.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import { createSampler } from './sampler.ts'

export interface ClipWindowOptions {
  readonly model: ModelContract
  /** Factor ≥ 1 by which strides are lengthened now, because inference is saturated. */
  readonly strideScale: () => number
  readonly telemetry: Telemetry
}

/**
 * Cuts a camera's frames into clips of exactly the model's `frames`, evenly spaced in PTS. A clip never spans a
 * reconnect, a gap or a PTS that goes back: what was gathered is dropped and counted. A clip in which the motion
 * gate was never open is dropped as `no_motion`. Holds at most one clip of frames.
 *
 * Tubelets of a `stream` model follow each other without a gap whatever the load, because the model carries state.
 */
export function clipWindow(options: ClipWindowOptions): OperatorFunction<GatedFrame, Clip> {
  const { model, strideScale, telemetry } = options
  const { frames: size, strideFrames, kind, name } = model

  return (source) =>
    new Observable((subscriber) => {
      const sampler = createSampler(model.sampleFps)
      let window: GatedFrame[] = []
      // Samples still to come before the next clip is due.
      let due = size

      const drop = (cameraId: string, reason: string, count: number) => {
        if (count > 0) countDrop(telemetry, { stage: 'clip', reason, cameraId, count })
      }
      const push = (sample: GatedFrame) => {
        window.push(sample)
        if (window.length > size) window.shift()
        due -= 1
        if (due > 0) return
        due = kind === 'stream' ? strideFrames : Math.max(1, Math.round(strideFrames * strideScale()))
        const { cameraId } = sample.frame
        if (!window.some(({ active }) => active)) return drop(cameraId, 'no_motion', 1)
        telemetry.count('vireo_clips_total', { camera: cameraId, model: name })
        subscriber.next(toClip(window, name))
      }

      return source.subscribe({
        next(gated) {
          const { samples, broken } = sampler.take(gated)
          if (broken !== null) {
            drop(gated.frame.cameraId, broken, window.length)
            window = []
            due = size
          }
          for (const sample of samples) push(sample)
        },
        error: (thrown) => subscriber.error(thrown),
        complete: () => subscriber.complete(),
      })
    })
}

function toClip(window: readonly GatedFrame[], modelName: string): Clip {
  const frames = window.map(({ frame }) => frame)
  const first = frames[0]!
  const last = frames.at(-1)!
  return {
    cameraId: first.cameraId,
    epoch: first.epoch,
    modelName,
    frames,
    firstPtsUs: first.ptsUs,
    lastPtsUs: last.ptsUs,
    firstArrivalMs: first.arrivalMs,
    lastArrivalMs: last.arrivalMs,
    lastArrivalMonoMs: last.arrivalMonoMs,
  }
}
