import { combineLatest, distinctUntilChanged, map, type Observable, of, startWith } from 'rxjs'
import type { CameraSource } from '../src/camera/source-contract.ts'
import { streamHealth } from '../src/camera/stream-health.ts'
import type { CameraConfig } from '../src/config/schema.ts'
import type { CameraStatus, PictureState, ProductTrouble } from '../src/core/camera-status.ts'
import type { Clock } from '../src/core/clock.ts'
import type { FrameStreamSpec } from '../src/core/frame.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import { pictureHealth } from '../src/motion/picture-health.ts'
import type { RecordingTrouble } from '../src/record/recording-watch.ts'

const pictures: readonly PictureState[] = [
  ...(['ok', 'frozen', 'dark', 'covered', 'moved'] as const),
  ...(['slow', 'clock', 'corrupt', 'unrecorded', 'silent', 'unscored'] as const),
]
const products = ['recording', 'sound', 'scores'] as const
const missingStates = { recording: 'unrecorded', sound: 'silent', scores: 'unscored' } as const
const reasons: Readonly<Record<PictureState, string>> = {
  ok: 'frames arrive',
  frozen: 'frames arrive, but the picture does not change at all',
  dark: 'frames arrive, but the picture is dark',
  covered: 'frames arrive, but the picture has no structure: the lens may be covered',
  moved: 'frames arrive, but the camera looks elsewhere',
  slow: 'frames arrive, but fewer a second than the models want',
  clock: "frames arrive, but the camera's timestamps jump or run at another speed",
  corrupt: 'frames arrive, but parts of the data are broken',
  unrecorded: 'frames arrive, but nothing is recorded',
  silent: 'frames arrive, but no sound any more',
  unscored: 'frames arrive, but a model says nothing of them',
}

/**
 * Connection, stream and picture of a camera, and what is missing beside it, as one status. Completes with the source.
 *
 * @param options.recording$ what the recorder says of its own work, where something records.
 * @param options.scoring$ what the models fail to say, where some watch it.
 */
export function cameraStatus(options: {
  camera: CameraConfig
  source: CameraSource
  /** The frames to look at; null when nothing is decoded. */
  stream: FrameStreamSpec | null
  recording$?: Observable<RecordingTrouble | null>
  scoring$?: Observable<ProductTrouble | null>
  clock: Clock
  telemetry: Telemetry
}): Observable<CameraStatus> {
  const { camera, source, stream, recording$ = of(null), scoring$ = of(null), clock, telemetry } = options
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
          steppedMonoMs: source.steppedMonoMs,
        }),
        startWith('ok' as const),
      )
    : of('ok')
  const missing$ = combineLatest([source.trouble$, recording$, scoring$]).pipe(
    map(
      ([own, recorder, scores]) =>
        own ?? (recorder && { ...recorder, product: 'recording' as const }) ?? scores,
    ),
  )
  return combineLatest([source.status$, view$, stream$, missing$]).pipe(
    map(([status, view, sent, missing]): CameraStatus => {
      for (const product of products)
        telemetry.gauge(
          'vireo_camera_missing',
          { camera: camera.id, product },
          status.state === 'live' && missing?.product === product ? 1 : 0,
        )
      if (status.state !== 'live') return status
      const seen = view === 'ok' ? sent : view
      if (seen !== 'ok') return { ...status, picture: seen, reason: reasons[seen] }
      if (!missing) return status
      return {
        ...status,
        picture: missingStates[missing.product],
        code: missing.code,
        reason: missing.reason,
      }
    }),
    distinctUntilChanged(
      (a, b) =>
        a.state === b.state &&
        a.code === b.code &&
        a.epoch === b.epoch &&
        a.picture === b.picture &&
        a.reason === b.reason,
    ),
    map((status, index): CameraStatus => {
      const { picture, reason } = status
      for (const name of pictures)
        telemetry.gauge(
          'vireo_camera_picture',
          { camera: camera.id, picture: name },
          name === picture ? 1 : 0,
        )
      if (picture === 'ok' || status.state !== 'live') return status
      telemetry.log.warn({ camera: camera.id, picture, change: index }, reason)
      return { ...status, sinceMs: clock.nowMs() }
    }),
  )
}
