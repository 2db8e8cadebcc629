import { type Observable, of } from 'rxjs'
import type { CameraSource } from '../../src/camera/source-contract.ts'
import type { RecordingConfig } from '../../src/config/schema/recording-schema.ts'
import type { AlertStep } from '../../src/core/alert.ts'
import type { ProductTrouble } from '../../src/core/camera-status.ts'
import type { SampleMoment } from '../../src/core/clip-sample.ts'
import { clipsDir, segmentsDir } from '../../src/core/data-dir.ts'
import type { AppError } from '../../src/core/errors.ts'
import type { RecordedClip } from '../../src/core/recorded-clip.ts'
import { countDrop } from '../../src/core/telemetry-port.ts'
import type { EventIntake } from '../../src/event/event-intake.ts'
import { forgetPart } from '../../src/record/clip/finish-clip.ts'
import { type ClipRecorder, createClipRecorder } from '../../src/record/clip-recorder.ts'
import { createPtsOfWallTime } from '../../src/record/pts-of-wall-time.ts'
import { createRecordingWatch, type RecordingTrouble } from '../../src/record/recording-watch.ts'
import { createSegmentRecorder } from '../../src/record/segment-recorder.ts'
import type { AttachOptions } from '../live/attach-camera.ts'
import type { TrackMoment } from '../live/people/scene-watch.ts'
import { createKeepBodies } from './keep-bodies.ts'

export interface RecordRoute {
  /** Starts or ends the clip of the alert; the step with the place of its clip. */
  mark(step: AlertStep): AlertStep
  /**
   * Records a moment that is no alert, with pre-roll and post-roll; false: it cannot be recorded (counted). `done` is
   * called when its clip is finished.
   */
  sample(sampleId: string, moment: SampleMoment, done: () => void): boolean
  /** What keeps a live camera from being recorded, as it is now and later; null where all is well, or not recorded. */
  readonly trouble$: Observable<RecordingTrouble | null>
  /**
   * Ends what is being recorded; resolves when all of it is on the disk and accepted, or soon after `signal` is aborted:
   * the rest is finished at the next start.
   */
  close(signal?: AbortSignal): Promise<void>
}

export interface RecordOptions extends Omit<AttachOptions, 'engine'> {
  readonly cameraId: string
  readonly recording: RecordingConfig
  readonly dataDir: string
  /** The stream that alerts come from, and the one that is recorded: often the same. */
  readonly analysed: CameraSource
  readonly recorded: CameraSource
  /** Its tracks: what is found of their bodies is kept beside the clips. Absent: nobody is followed. */
  readonly moments$?: Observable<TrackMoment>
  readonly intake: Pick<EventIntake, 'clip' | 'clipUnavailable'>
}

/** Packets → ring with the pre-roll → a clip for each alert, and segments when asked. Nothing is encoded. */
export function recordRoute(options: RecordOptions): RecordRoute {
  const { cameraId, recording, dataDir, recorded, analysed, intake, telemetry } = options
  const { fragments$ } = recorded
  const watch =
    recording.continuous || recording.clips
      ? createRecordingWatch({ ...options, fragments$, status$: recorded.status$ })
      : null
  const parts = {
    ...options,
    ...recording,
    fragments$,
    onDisk: (error: AppError | null) => watch?.disk(error),
  }
  const segments = recording.continuous
    ? createSegmentRecorder({ ...parts, dir: segmentsDir(dataDir) })
    : null
  const clips = recording.clips
    ? createClipRecorder({ ...parts, dir: clipsDir(dataDir), maxOpenClips })
    : null
  const place = recorded === analysed ? (moment: SampleMoment) => moment : placeOnOtherClock(options)
  const { moments$ } = options
  const bodies =
    clips && moments$ ? createKeepBodies({ cameraId, moments$, recording, place, telemetry }) : null
  const sampled = new Map<string, () => void>()
  clips?.clips$.subscribe((clip) => {
    bodies?.finished(clip)
    acceptClip(intake, clip)
    sampled.get(clip.alertId)?.()
    sampled.delete(clip.alertId)
  })
  const lost = new Set<string>()
  clips?.unavailable$.subscribe((clip) => {
    bodies?.lost(clip.alertId)
    sampled.get(clip.alertId)?.()
    if (sampled.delete(clip.alertId)) return
    lost.add(clip.alertId)
    intake.clipUnavailable(clip)
  })
  /** The source knows of a codec that no recording can hold before the recorder misses anything. */
  let missing: ProductTrouble | null = null
  const sourceTrouble = recorded.trouble$.subscribe((trouble) => {
    missing = trouble?.product === 'recording' ? trouble : null
  })
  const canRecord = () => missing === null && watch?.trouble?.code !== 'MEDIA_NOT_RECORDED'
  const mark = clips ? markOn({ clips, place, canRecord, lost }, options) : (step: AlertStep) => step
  return {
    mark(step) {
      const { alertId, trackIds, epoch, firstPtsUs, lastPtsUs, startedMs, lastMs } = step
      const moment = { epoch, firstPtsUs, lastPtsUs, firstArrivalMs: startedMs, lastArrivalMs: lastMs }
      bodies?.marked(alertId, moment, trackIds)
      return mark(step)
    },
    trouble$: watch?.trouble$ ?? of(null),
    sample(sampleId, moment, done) {
      const placed = place(moment)
      if (!clips || !placed) return drop(options)
      if (clips.begin(sampleId, placed.firstPtsUs, placed.epoch) === null) return false
      clips.end(sampleId, placed.lastPtsUs)
      bodies?.marked(sampleId, moment, moment.trackId === undefined ? [] : [moment.trackId])
      sampled.set(sampleId, done)
      // One whose clip failed is never told; few are enough.
      const [oldest] = sampled.keys()
      if (sampled.size > maxOpenClips) sampled.delete(oldest!)
      return true
    },
    async close(signal) {
      await Promise.all([clips?.close(signal), segments?.close()])
      await bodies?.close()
      watch?.close()
      sourceTrouble.unsubscribe()
      telemetry.log.debug({ camera: cameraId }, 'nothing is recorded any more')
    },
  }
}

/** Those of sixteen alerts and of a sample: no sample takes the place of an alert. */
const maxOpenClips = 17

/** Tells of a clip; what it was made from goes only when the database has it. */
export function acceptClip(intake: Pick<EventIntake, 'clip'>, clip: RecordedClip): void {
  intake.clip(clip, () => void forgetPart(clip.path))
}

/**
 * A behaviour may have begun minutes before it became an alert (somebody who stays too long). No ring holds so much:
 * the clip begins this long before the alert, and its pre-roll before that.
 */
const longestLookBackMs = 10_000

type Placed = Pick<SampleMoment, 'epoch' | 'firstPtsUs' | 'lastPtsUs'>
/** Where a moment is in the recorded stream; null: nowhere (yet). */
type Place = (moment: SampleMoment) => Placed | null

interface MarkParts {
  readonly clips: ClipRecorder
  readonly place: Place
  /** Whether a clip may be promised now. */
  readonly canRecord: () => boolean
  /** Alerts whose clips will not come; those that ended are taken out. */
  readonly lost: Set<string>
}

/** Starts and ends the clips of alerts. */
function markOn(parts: MarkParts, options: RecordOptions): RecordRoute['mark'] {
  const { clips, place, canRecord, lost } = parts
  const { cameraId, telemetry } = options
  const paths = new Map<string, string | null>()
  return (step) => {
    const { alertId, phase, epoch, firstPtsUs, lastPtsUs, startedMs, lastMs } = step
    const placed = place({
      epoch,
      firstPtsUs: Math.max(firstPtsUs, lastPtsUs - longestLookBackMs * 1000),
      lastPtsUs,
      firstArrivalMs: Math.max(startedMs, lastMs - longestLookBackMs),
      lastArrivalMs: lastMs,
    })
    if (!placed) {
      if (phase === 'new') drop(options, alertId)
      return { ...step, clipPath: null }
    }
    // Nothing is promised while nothing can be recorded.
    if (phase === 'new' && !canRecord())
      countDrop(telemetry, { stage: 'record', reason: 'not_recorded', cameraId })
    else if (phase === 'new') paths.set(alertId, clips.begin(alertId, placed.firstPtsUs, placed.epoch))
    const clipPath = lost.has(alertId) ? null : (paths.get(alertId) ?? null)
    if (phase === 'end') {
      clips.end(alertId, placed.lastPtsUs)
      paths.delete(alertId)
      lost.delete(alertId)
    }
    return { ...step, clipPath }
  }
}

/** For a camera whose large stream is recorded: moments are carried over by when frames arrived. */
function placeOnOtherClock({ recorded }: RecordOptions): Place {
  const clock = createPtsOfWallTime()
  recorded.fragments$.subscribe((fragment) => clock.observe(fragment))
  return ({ firstArrivalMs, lastArrivalMs }) => {
    const first = clock.at(firstArrivalMs)
    const last = clock.at(lastArrivalMs)
    return first && last ? { epoch: first.epoch, firstPtsUs: first.ptsUs, lastPtsUs: last.ptsUs } : null
  }
}

function drop({ cameraId, telemetry }: RecordOptions, alertId: string | null = null): false {
  countDrop(telemetry, { stage: 'record', reason: 'no_main_stream', cameraId })
  if (alertId !== null)
    telemetry.log.warn(
      { camera: cameraId, alert: alertId },
      'an alert has no clip: the main stream is not there',
    )
  return false
}
