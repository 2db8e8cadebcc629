import { join } from 'node:path'
import type { CameraSource } from '../src/camera/camera-source.ts'
import type { RecordingConfig } from '../src/config/recording-schema.ts'
import type { AlertStep } from '../src/core/alert.ts'
import type { RecordedClip } from '../src/core/recorded-clip.ts'
import { countDrop } from '../src/core/telemetry-port.ts'
import type { EventIntake } from '../src/event/event-intake.ts'
import { type ClipRecorder, createClipRecorder } from '../src/record/clip-recorder.ts'
import { forgetPart } from '../src/record/finish-clip.ts'
import { createPtsOfWallTime } from '../src/record/pts-of-wall-time.ts'
import { createSegmentRecorder } from '../src/record/segment-recorder.ts'
import type { AttachOptions } from './attach-camera.ts'

export interface RecordRoute {
  /** Starts or ends the clip of the alert; the step with the place of its clip. */
  mark(step: AlertStep): AlertStep
  /** Ends what is being recorded; resolves when all of it is on the disk and accepted. */
  close(): Promise<void>
}

export interface RecordOptions extends Omit<AttachOptions, 'engine'> {
  readonly cameraId: string
  readonly recording: RecordingConfig
  readonly dataDir: string
  /** The stream that alerts come from, and the one that is recorded: often the same. */
  readonly analysed: CameraSource
  readonly recorded: CameraSource
  readonly intake: Pick<EventIntake, 'clip'>
}

/** Packets → ring with the pre-roll → a clip for each alert, and segments when asked. Nothing is encoded. */
export function recordRoute(options: RecordOptions): RecordRoute {
  const { cameraId, recording, dataDir, recorded, analysed, intake, telemetry } = options
  const { fragments$ } = recorded
  const segments = recording.continuous
    ? createSegmentRecorder({ ...options, ...recording, fragments$, dir: segmentsDir(dataDir) })
    : null
  const clips = recording.clips
    ? createClipRecorder({ ...options, ...recording, fragments$, dir: clipsDir(dataDir) })
    : null
  clips?.clips$.subscribe((clip) => acceptClip(intake, clip))
  const mark = clips
    ? recorded === analysed
      ? markOnSameClock(clips)
      : markOnOtherClock(clips, options)
    : (step: AlertStep) => step
  return {
    mark,
    async close() {
      await Promise.all([clips?.close(), segments?.close()])
      telemetry.log.debug({ camera: cameraId }, 'nothing is recorded any more')
    },
  }
}

export const clipsDir = (dataDir: string) => join(dataDir, 'clips')
export const segmentsDir = (dataDir: string) => join(dataDir, 'segments')

/** Tells of a clip; what it was made from goes only when the database has it. */
export function acceptClip(intake: Pick<EventIntake, 'clip'>, clip: RecordedClip): void {
  intake.clip(clip, () => void forgetPart(clip.path))
}

/**
 * A behaviour may have begun minutes before it became an alert (somebody who stays too long). No ring holds so much:
 * the clip begins this long before the alert, and its pre-roll before that.
 */
const longestLookBackMs = 10_000
const recordedFromUs = ({ firstPtsUs, lastPtsUs }: AlertStep) =>
  Math.max(firstPtsUs, lastPtsUs - longestLookBackMs * 1000)

function markOnSameClock(clips: ClipRecorder): RecordRoute['mark'] {
  const paths = new Map<string, string | null>()
  return (step) => {
    const { alertId, phase } = step
    if (phase === 'new') paths.set(alertId, clips.begin(alertId, recordedFromUs(step), step.epoch))
    const clipPath = paths.get(alertId) ?? null
    if (phase === 'end') {
      clips.end(alertId, step.lastPtsUs)
      paths.delete(alertId)
    }
    return { ...step, clipPath }
  }
}

/** For a camera whose large stream is recorded: moments are carried over by when frames arrived. */
function markOnOtherClock(clips: ClipRecorder, options: RecordOptions): RecordRoute['mark'] {
  const { cameraId, recorded, telemetry } = options
  const clock = createPtsOfWallTime()
  recorded.fragments$.subscribe((fragment) => clock.observe(fragment))
  const mark = markOnSameClock(clips)
  return (step) => {
    const first = clock.at(Math.max(step.startedMs, step.lastMs - longestLookBackMs))
    const last = clock.at(step.lastMs)
    if (!first || !last) {
      if (step.phase === 'new') {
        countDrop(telemetry, { stage: 'record', reason: 'no_main_stream', cameraId })
        telemetry.log.warn(
          { camera: cameraId, alert: step.alertId },
          'an alert has no clip: the main stream is not there',
        )
      }
      return { ...step, clipPath: null }
    }
    const { clipPath = null } = mark({
      ...step,
      epoch: first.epoch,
      firstPtsUs: first.ptsUs,
      lastPtsUs: last.ptsUs,
    })
    return { ...step, clipPath }
  }
}
