import { combineLatest, distinctUntilChanged, map, type Observable, of, startWith } from 'rxjs'
import type { CameraSource } from '../src/camera/camera-source.ts'
import { streamHealth } from '../src/camera/stream-health.ts'
import type { CameraConfig } from '../src/config/schema.ts'
import type { CameraStatus, PictureState } from '../src/core/camera-status.ts'
import type { Clock } from '../src/core/clock.ts'
import type { FrameStreamSpec } from '../src/core/frame.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import { pictureHealth } from '../src/motion/picture-health.ts'
import type { RecordingTrouble } from '../src/record/recording-watch.ts'

const pictures: readonly PictureState[] = [
  ...(['ok', 'frozen', 'dark', 'covered', 'moved'] as const),
  ...(['slow', 'clock', 'corrupt', 'unrecorded'] as const),
]
const reasons: Readonly<Record<PictureState, string>> = {
  ok: 'frames arrive',
  frozen: 'frames arrive, but the picture does not change at all',
  dark: 'frames arrive, but the picture is dark',
  covered: 'frames arrive, but the picture has no structure: the lens may be covered',
  moved: 'frames arrive, but the camera looks elsewhere',
  slow: 'frames arrive, but fewer a second than the models want',
  clock: "frames arrive, but the camera's timestamps jump or run at another speed",
  corrupt: 'frames arrive, but parts of the data are broken',
  unrecorded: 'frames arrive, but they are not recorded',
}

/** Connection, stream and picture of a camera as one status. Completes with the source. */
export function cameraStatus(options: {
  camera: CameraConfig
  source: CameraSource
  /** The frames to look at; null when nothing is decoded. */
  stream: FrameStreamSpec | null
  /** What keeps it from being recorded; absent: that is not known. */
  recording$?: Observable<RecordingTrouble | null>
  clock: Clock
  telemetry: Telemetry
}): Observable<CameraStatus> {
  const { camera, source, stream, recording$ = of(null), clock, telemetry } = options
  const watched = camera.picture.enabled && stream
  const view$: Observable<PictureState> = watched
    ? source.frames$(stream).pipe(pictureHealth(camera.picture), startWith('ok' as const))
    : of('ok')
  const stream$: Observable<PictureState> = watched
    ? source.frames$(stream).pipe(
        streamHealth({
          sampleFps: stream.sampleFps,
          damage: source.damage,
          realtime: camera.realtime,
        }),
        startWith('ok' as const),
      )
    : of('ok')
  return combineLatest([source.status$, view$, stream$, recording$]).pipe(
    map(([status, view, sent, trouble]): CameraStatus => {
      if (status.state !== 'live') return { ...status, picture: 'ok' }
      const seen = view === 'ok' ? sent : view
      if (seen !== 'ok' || !trouble) return { ...status, picture: seen }
      return { ...status, picture: 'unrecorded', code: trouble.code, reason: trouble.reason }
    }),
    distinctUntilChanged(
      (a, b) => a.state === b.state && a.code === b.code && a.epoch === b.epoch && a.picture === b.picture,
    ),
    map((status, index): CameraStatus => {
      const { picture } = status
      for (const name of pictures)
        telemetry.gauge(
          'vireo_camera_picture',
          { camera: camera.id, picture: name },
          name === picture ? 1 : 0,
        )
      if (picture === 'ok') return status
      const reason = picture === 'unrecorded' ? status.reason : reasons[picture]
      telemetry.log.warn({ camera: camera.id, picture, change: index }, reason)
      return { ...status, reason, sinceMs: clock.nowMs() }
    }),
  )
}
