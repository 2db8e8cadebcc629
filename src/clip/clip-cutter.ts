import type { ModelContract } from '../core/bundle.ts'
import type { Clip } from '../core/clip.ts'
import type { GatedFrame } from '../core/frame.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import { createSampler } from './sampler.ts'

export interface ClipCutterOptions {
  readonly model: ModelContract
  /** Factor ≥ 1 by which strides are lengthened now, because inference is saturated. */
  readonly strideScale: () => number
  readonly telemetry: Telemetry
  /** The track that the frames are cut around. */
  readonly trackId?: string
}

/** One source's frames → clips; see clipWindow. Holds at most one clip of frames. */
export function createClipCutter(options: ClipCutterOptions): { take(gated: GatedFrame): Clip[] } {
  const { model, strideScale, telemetry, trackId } = options
  const { frames: size, strideFrames, kind, name } = model
  const sampler = createSampler(model.sampleFps)
  let window: GatedFrame[] = []
  // Samples still to come before the next clip is due.
  let due = size

  const drop = (cameraId: string, reason: string, count: number) => {
    if (count > 0) countDrop(telemetry, { stage: 'clip', reason, cameraId, count })
  }
  const push = (sample: GatedFrame): Clip[] => {
    window.push(sample)
    if (window.length > size) window.shift()
    due -= 1
    if (due > 0) return []
    due = kind === 'stream' ? strideFrames : Math.max(1, Math.round(strideFrames * strideScale()))
    const { cameraId } = sample.frame
    if (!window.some(({ active }) => active)) {
      drop(cameraId, 'no_motion', 1)
      return []
    }
    telemetry.count('vireo_clips_total', { camera: cameraId, model: name })
    return [toClip(window, name, trackId)]
  }

  return {
    take(gated) {
      const { samples, broken } = sampler.take(gated)
      if (broken !== null) {
        drop(gated.frame.cameraId, broken, window.length)
        window = []
        due = size
      }
      return samples.flatMap(push)
    },
  }
}

function toClip(window: readonly GatedFrame[], modelName: string, trackId: string | undefined): Clip {
  const frames = window.map(({ frame }) => frame)
  const first = frames[0]!
  const last = frames.at(-1)!
  return {
    cameraId: first.cameraId,
    epoch: first.epoch,
    modelName,
    ...(trackId !== undefined && { trackId }),
    frames,
    firstPtsUs: first.ptsUs,
    lastPtsUs: last.ptsUs,
    firstArrivalMs: first.arrivalMs,
    lastArrivalMs: last.arrivalMs,
    lastArrivalMonoMs: last.arrivalMonoMs,
  }
}
