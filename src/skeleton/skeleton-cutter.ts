import type { ModelContract } from '../core/bundle.ts'
import type { Clip } from '../core/clip.ts'
import type { Track } from '../core/detection.ts'
import { countDrop, type Telemetry } from '../core/telemetry-port.ts'
import type { BodyReading, WindowSpan } from './body-reading.ts'
import { latestRun, startOf } from './latest-run.ts'
import { skeletonWindow } from './skeleton-window.ts'

/** The people of one moment. */
export interface BodyMoment {
  readonly epoch: number
  readonly ptsUs: number
  readonly arrivalMs: number
  readonly arrivalMonoMs: number
  /** Nobody was looked for, because nothing moved: all is where it was. */
  readonly held: boolean
  readonly tracks: readonly Pick<Track, 'id' | 'box' | 'state' | 'pose'>[]
}

export interface SkeletonCutter {
  /** The windows that end with a body of this moment. Moments must ascend within a connection. */
  take(moment: BodyMoment): Clip[]
}

export interface SkeletonCutterOptions {
  readonly cameraId: string
  readonly model: Pick<ModelContract, 'name' | 'frames' | 'sampleFps' | 'strideFrames'>
  /** Factor ≥ 1 by which strides are lengthened now, because inference is saturated. */
  readonly strideScale: () => number
  readonly telemetry: Telemetry
}

/** Keypoints are told so long after their frame, at the most: a window that ends with them begins earlier by that. */
const lateUs = 1_000_000
/** Most people of a camera that are looked at; the oldest go first. */
const mostBodies = 32

interface Followed {
  readings: (BodyReading & { readonly held?: true })[]
  /** When its latest keypoints were found, and when its next window is due. */
  poseUs: number
  dueUs: number
}

/**
 * The keypoints of one camera's people → windows of a model of kind skeleton, one for each person and stride. What was
 * found counts, not what was smoothed. A person who is not looked at because nothing moves stays as they were, but only
 * keypoints that were really found end a window. Holds the readings of one window of each person; nothing goes on over
 * a reconnect.
 */
export function createSkeletonCutter(options: SkeletonCutterOptions): SkeletonCutter {
  const { cameraId, model, strideScale, telemetry } = options
  const { frames, sampleFps, strideFrames, name } = model
  const bodies = new Map<string, Followed>()
  let before: Pick<BodyMoment, 'epoch' | 'ptsUs'> | null = null

  const spanTo = (endPtsUs: number): WindowSpan => ({ endPtsUs, frames, sampleFps })
  /**
   * A stride after the window before it was due, so that windows keep their rate whenever readings come; one that comes
   * half a period early is in time. After a pause they begin anew.
   */
  const nextDue = ({ poseUs, dueUs }: Followed) => {
    const strideUs = (strideFrames * strideScale() * 1e6) / sampleFps
    const next = dueUs + strideUs
    return next > poseUs ? Math.max(next, poseUs + strideUs / 2) : poseUs + strideUs - 0.5e6 / sampleFps
  }

  const read = (track: BodyMoment['tracks'][number], { ptsUs, held }: BodyMoment): boolean => {
    const body = bodies.get(track.id) ?? {
      readings: [],
      poseUs: Number.NEGATIVE_INFINITY,
      dueUs: Number.NEGATIVE_INFINITY,
    }
    bodies.set(track.id, body)
    const { readings } = body
    const { pose, box, state } = track
    const isNew = pose !== undefined && pose.ptsUs > body.poseUs
    if (isNew) {
      // An answer that comes late is of a moment before those that only held what was known then.
      while (readings.at(-1)?.held && readings.at(-1)!.ptsUs >= pose.ptsUs) readings.pop()
      readings.push({ ptsUs: pose.ptsUs, box, keypoints: pose.found })
      body.poseUs = pose.ptsUs
    } else if (held && state === 'seen' && readings.length > 0) {
      readings.push({ ptsUs, box, keypoints: readings.at(-1)!.keypoints, held: true })
    }
    const startUs = startOf(spanTo(ptsUs - lateUs))
    while (readings.length > 1 && readings[1]!.ptsUs <= startUs) readings.shift()
    return isNew
  }
  const cut = (trackId: string, moment: BodyMoment): Clip[] => {
    const body = bodies.get(trackId)!
    if (body.poseUs < body.dueUs) return []
    const span = spanTo(body.poseUs)
    const others = [...bodies].filter(([id]) => id !== trackId).map(([, { readings }]) => readings)
    const values = skeletonWindow(body.readings, others, span)
    if (!values) return []
    body.dueUs = nextDue(body)
    telemetry.count('vireo_clips_total', { camera: cameraId, model: name })
    const [first] = latestRun(body.readings, span.endPtsUs)
    const firstPtsUs = Math.round(Math.max(first!.ptsUs, startOf(span)))
    const { epoch, arrivalMs, arrivalMonoMs } = moment
    return [
      {
        cameraId,
        epoch,
        modelName: name,
        trackId,
        frames: [],
        bodies: new Uint8Array(values.buffer),
        firstPtsUs,
        lastPtsUs: span.endPtsUs,
        firstArrivalMs: arrivalMs - (moment.ptsUs - firstPtsUs) / 1000,
        lastArrivalMs: arrivalMs - (moment.ptsUs - span.endPtsUs) / 1000,
        lastArrivalMonoMs: arrivalMonoMs - (moment.ptsUs - span.endPtsUs) / 1000,
      },
    ]
  }

  return {
    take(moment) {
      if (before && (before.epoch !== moment.epoch || moment.ptsUs < before.ptsUs)) bodies.clear()
      before = moment
      const people = moment.tracks.filter(({ id, pose }) => pose !== undefined || bodies.has(id))
      const surplus = people.length - mostBodies
      if (surplus > 0)
        countDrop(telemetry, { stage: 'skeleton', reason: 'too_many_tracks', cameraId, count: surplus })
      const there = people.slice(0, mostBodies)
      const ids = new Set(there.map(({ id }) => id))
      for (const id of bodies.keys()) if (!ids.has(id)) bodies.delete(id)
      // First everybody is read, so that a window has its partner of the same moment.
      const fresh = there.filter((track) => read(track, moment))
      return fresh.flatMap(({ id }) => cut(id, moment))
    },
  }
}
