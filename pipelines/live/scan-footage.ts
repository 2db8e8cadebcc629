import type { spawn as nodeSpawn } from 'node:child_process'
import { readFrames } from '../../src/camera/read-frames.ts'
import type { CameraConfig } from '../../src/config/schema.ts'
import { toAppError } from '../../src/core/errors.ts'
import { createMotionGate } from '../../src/motion/motion-gate.ts'
import type { Footage } from '../../src/record/digest/cover-pieces.ts'
import { createMotionStretches, type MotionStretch } from '../../src/record/digest/motion-stretches.ts'
import type { SegmentFile } from '../../src/record/list-segments.ts'
import { motionPlan } from './plan/choose-detector.ts'

export interface ScanOptions {
  /** Of one camera, in the order of time. */
  readonly segments: readonly SegmentFile[]
  readonly motion: CameraConfig['motion']
  /** Areas in which nothing counts; absent: none. */
  readonly ignore?: NonNullable<CameraConfig['ignore']>
  /** Shown before and after motion. */
  readonly marginMs: number
  readonly keyframesOnly: boolean
  readonly spawn: typeof nodeSpawn
  readonly signal?: AbortSignal
  /** Called after every file. */
  readonly onFile: () => void
  readonly onNotice: (text: string) => void
}

export interface Scan {
  readonly footage: readonly Footage[]
  readonly motion: readonly MotionStretch[]
  /** Milliseconds of footage that were looked at. */
  readonly footageMs: number
}

/** A file ends before the next one begins, whatever the last frame says; arrival jitters by less than this. */
const jitterMs = 500

/**
 * Looks through the continuous recording of a camera as its motion gate would have: the same measure and threshold, on
 * the frames of the motion detector. Frames pass one at a time. The time line goes on over the borders of files, so
 * that a new file alone is no motion.
 */
export async function scanFootage(options: ScanOptions): Promise<Scan> {
  const { segments, motion, ignore, keyframesOnly, spawn, signal, onFile, onNotice } = options
  const { threshold, holdMs } = motion
  const gate = createMotionGate({ ...motion, enabled: true, ...(ignore && { ignore }) })
  const stretches = createMotionStretches({ threshold, holdMs, marginMs: options.marginMs })
  const { spec } = motionPlan()
  const footage: Footage[] = []
  for (const [index, { cameraId, path, startedMs }] of segments.entries()) {
    signal?.throwIfAborted()
    let lastMs = startedMs
    let frames = 0
    try {
      const read = { cameraId, file: path, spec, startMs: startedMs, spawn, keyframesOnly }
      for await (const frame of readFrames(read)) {
        signal?.throwIfAborted()
        frames += 1
        lastMs = frame.arrivalMs
        const gated = gate({ ...frame, ptsUs: Math.round(frame.arrivalMs * 1000) })
        stretches.take({ atMs: frame.arrivalMs, motion: gated.motion })
      }
    } catch (thrown) {
      signal?.throwIfAborted()
      const { code, message } = toAppError(thrown)
      if (code === 'MEDIA_FFMPEG_MISSING') throw thrown
      onNotice(`${path} can be read only in part or not at all: ${message}`)
    }
    const next = segments[index + 1]?.startedMs ?? Number.POSITIVE_INFINITY
    const everyMs = keyframesOnly && frames > 1 ? (lastMs - startedMs) / (frames - 1) : 1000 / spec.sampleFps
    // With keyframes alone the end is not seen: it is where the next file begins, when that follows closely.
    const seenMs = lastMs + everyMs
    const toMs = Math.abs(next - seenMs) <= everyMs + jitterMs ? next : Math.min(seenMs, next)
    if (frames > 0) footage.push({ cameraId, path, fromMs: startedMs, toMs })
    onFile()
  }
  return {
    footage,
    motion: stretches.finish(),
    footageMs: footage.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
  }
}
