import type { Observable } from 'rxjs'
import type { RecordingConfig } from '../../src/config/schema/recording-schema.ts'
import type { SampleMoment } from '../../src/core/clip-sample.ts'
import { clipEndings, type RecordedClip } from '../../src/core/recorded-clip.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import { createSideFiles } from '../../src/record/clip/side-files.ts'
import { type BodyFile, encodeBodies } from '../../src/skeleton/body-file.ts'
import { createBodyLog, type LoggedReading } from '../../src/skeleton/body-log.ts'
import type { TrackMoment } from '../live/people/scene-watch.ts'

/** Keeps the keypoints of a camera's people beside the clips that are kept for review. */
export interface KeepBodies {
  /** A clip is wanted of a moment of these tracks, or it is about them for longer. */
  marked(clipId: string, moment: SampleMoment, trackIds: readonly string[]): void
  /** Writes what was found in its time beside it; nothing where nobody was. */
  finished(clip: RecordedClip): void
  /** The clip will not come. */
  lost(clipId: string): void
  /** Resolves when all is written. */
  close(): Promise<void>
}

export interface KeepBodiesOptions {
  readonly cameraId: string
  readonly moments$: Observable<TrackMoment>
  readonly recording: Pick<RecordingConfig, 'preRollMs' | 'maxClipMs' | 'postRollMs'>
  /** Where a moment of what is analysed is in what is recorded; null: nowhere. */
  readonly place: (moment: SampleMoment) => Pick<SampleMoment, 'epoch' | 'firstPtsUs' | 'lastPtsUs'> | null
  readonly telemetry: Telemetry
}

interface Mark {
  readonly from: SampleMoment
  readonly to: SampleMoment
  readonly trackIds: Set<string>
}

/** The last fragments of a clip come late, and it waits its turn to be finished. */
const lateMs = 60_000
/** More marks than clips can be open at once; the oldest make way. */
const mostMarks = 64

export function createKeepBodies(options: KeepBodiesOptions): KeepBodies {
  const { cameraId, moments$, recording, place, telemetry } = options
  const { preRollMs, maxClipMs, postRollMs } = recording
  const log = createBodyLog({ keepMs: preRollMs + maxClipMs + postRollMs + lateMs })
  const marks = new Map<string, Mark>()
  const files = createSideFiles({
    ending: clipEndings.bodies,
    trouble: 'the keypoints of a clip are not kept',
    log: telemetry.log,
  })
  let picture = { widthPx: 1, heightPx: 1 }
  const subscription = moments$.subscribe({
    next(moment) {
      const { widthPx, heightPx } = moment.area
      picture = { widthPx, heightPx }
      log.take(moment)
    },
    error: () => {},
  })

  /** A moment as times of the clip, microseconds; null for one of another connection. */
  const timesIn = (clip: RecordedClip, moment: SampleMoment): { fromUs: number; toUs: number } | null => {
    const placed = place(moment)
    if (placed?.epoch !== clip.epoch) return null
    return { fromUs: placed.firstPtsUs - clip.firstPtsUs, toUs: placed.lastPtsUs - clip.firstPtsUs }
  }
  const bodiesOf = (clip: RecordedClip): BodyFile | null => {
    const endUs = clip.durationMs * 1000
    const found = log.readings().flatMap((reading) => {
      const times = timesIn(clip, momentOf(reading))
      return times && times.fromUs <= endUs && times.toUs >= 0 ? [{ reading, times }] : []
    })
    if (found.length === 0) return null
    const tracks = [...Map.groupBy(found, ({ reading }) => reading.trackId)].map(([id, own]) => ({
      id,
      readings: own.map(({ reading: { box, keypoints }, times: { fromUs, toUs } }) => ({
        ptsUs: fromUs,
        untilUs: toUs,
        box,
        keypoints,
      })),
    }))
    const mark = marks.get(clip.alertId)
    const within = (us: number) => Math.round(Math.min(endUs, Math.max(0, us)))
    return {
      alertId: clip.alertId,
      cameraId,
      picture,
      trackIds: [...(mark?.trackIds ?? [])],
      fromUs: within((mark && timesIn(clip, mark.from)?.fromUs) ?? 0),
      toUs: within((mark && timesIn(clip, mark.to)?.toUs) ?? endUs),
      tracks,
    }
  }

  return {
    marked(clipId, moment, trackIds) {
      const before = marks.get(clipId)
      const all = new Set([...(before?.trackIds ?? []), ...trackIds])
      marks.set(clipId, { from: before?.from ?? moment, to: moment, trackIds: all })
      const [oldest] = marks.keys()
      if (marks.size > mostMarks) marks.delete(oldest!)
    },
    finished(clip) {
      const bodies = bodiesOf(clip)
      marks.delete(clip.alertId)
      if (bodies) files.write(clip, encodeBodies(bodies))
    },
    lost: (clipId) => void marks.delete(clipId),
    async close() {
      subscription.unsubscribe()
      await files.close()
    },
  }
}

function momentOf({ epoch, ptsUs, untilUs, arrivalMs }: LoggedReading): SampleMoment {
  return {
    epoch,
    firstPtsUs: ptsUs,
    lastPtsUs: untilUs,
    firstArrivalMs: arrivalMs,
    lastArrivalMs: arrivalMs + (untilUs - ptsUs) / 1000,
  }
}
