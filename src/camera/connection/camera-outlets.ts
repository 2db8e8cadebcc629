import { Subject } from 'rxjs'
import type { Clock } from '../../core/clock.ts'
import type { Fragment, Frame, FrameStreamSpec } from '../../core/frame.ts'
import { type SoundBlock, soundDurationUs } from '../../core/sound.ts'
import type { Telemetry } from '../../core/telemetry-port.ts'
import type { FragmentBody } from '../fragment-reader.ts'

/** One picture of one stream as it came. */
export interface FrameBody {
  readonly index: number
  readonly seq: number
  readonly ptsUs: number
  readonly monoMs: number
  readonly data: Uint8Array
  readonly pictureAspect: number | null
}

/** What comes out of a camera, for all who want it, and counted. */
export function createCameraOutlets(options: {
  readonly cameraId: string
  readonly streams: readonly FrameStreamSpec[]
  readonly clock: Clock
  readonly telemetry: Telemetry
}) {
  const { cameraId, streams, clock, telemetry } = options
  const frames = streams.map(() => new Subject<Frame>())
  const fragments = new Subject<Fragment>()
  const sounds = new Subject<SoundBlock>()

  return {
    frames: frames.map((subject) => subject.asObservable()),
    fragments$: fragments.asObservable(),
    sound$: sounds.asObservable(),
    frame(epoch: number, { index, seq, ptsUs, monoMs, data, pictureAspect }: FrameBody): void {
      telemetry.count('vireo_frames_total', { camera: cameraId })
      const { widthPx, heightPx } = streams[index]!
      frames[index]!.next({
        cameraId,
        epoch,
        seq,
        ptsUs,
        arrivalMs: clock.nowMs(),
        arrivalMonoMs: monoMs,
        widthPx,
        heightPx,
        data,
        ...(pictureAspect !== null && { pictureAspect }),
      })
    },
    fragment(epoch: number, fragment: FragmentBody): void {
      fragments.next({ cameraId, epoch, arrivalMs: clock.nowMs(), ...fragment })
    },
    sound(epoch: number, ptsUs: number, data: Uint8Array): void {
      const seconds = soundDurationUs(data.length) / 1e6
      telemetry.count('vireo_sound_seconds_total', { camera: cameraId }, seconds)
      sounds.next({ cameraId, epoch, ptsUs, arrivalMs: clock.nowMs(), arrivalMonoMs: clock.monoMs(), data })
    },
    close(): void {
      for (const subject of frames) subject.complete()
      fragments.complete()
      sounds.complete()
    },
  }
}
