import { concatMap, filter, map, merge, type Observable, share } from 'rxjs'
import type { AlertTracker } from '../src/alert/alert-tracker.ts'
import { trackAlerts } from '../src/alert/track-alerts.ts'
import type { CameraSource } from '../src/camera/camera-source.ts'
import { clipWindow } from '../src/clip/clip-window.ts'
import type { CameraConfig } from '../src/config/schema.ts'
import type { AlertStep } from '../src/core/alert.ts'
import type { ModelContract } from '../src/core/bundle.ts'
import type { Scores } from '../src/core/clip.ts'
import type { Clock } from '../src/core/clock.ts'
import { type FrameStreamSpec, frameStreamKey, type GatedFrame } from '../src/core/frame.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../src/infer/inference-engine.ts'
import { motionGate } from '../src/motion/motion-gate.ts'

export interface LiveRoute {
  readonly camera: CameraConfig
  readonly source: CameraSource
  readonly engine: InferenceEngine
  /** The models that watch this camera, each with the alerts that its scores can raise. */
  readonly watchers: readonly { readonly model: ModelContract; readonly alerts: AlertTracker }[]
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** Camera → motion gate → clip window → inference → alerts. Completes when the source is closed. */
export function liveRoute(route: LiveRoute): Observable<AlertStep> {
  const { camera, source, engine, watchers, clock, telemetry } = route
  const lost$ = source.status$.pipe(filter(({ state }) => state === 'stalled' || state === 'offline'))
  const gated = shareByStream((spec) => source.frames$(spec).pipe(motionGate(camera.motion)))

  return merge(
    ...watchers.map(({ model, alerts }) => {
      const frames$ = gated(streamSpecOf(model))
      const quiet$ = frames$.pipe(
        filter(({ active }) => !active),
        map(({ frame }) => frame),
      )
      return frames$.pipe(
        clipWindow({ model, strideScale: () => engine.strideScale(model.name), telemetry }),
        // Asked at once, answered in order. Bounded by the engine: it holds two clips a camera and answers null
        // for one that it had to drop.
        map((clip) => engine.infer(clip)),
        concatMap((answer) => answer),
        filter((scores): scores is Scores => scores !== null),
        trackAlerts(alerts, { quiet$, lost$, clock }),
      )
    }),
  )
}

/** What a model wants to see. Models that want the same share one decoded stream. */
export function streamSpecOf(model: ModelContract): FrameStreamSpec {
  return { widthPx: model.widthPx, heightPx: model.heightPx, sampleFps: model.sampleFps }
}

function shareByStream(create: (spec: FrameStreamSpec) => Observable<GatedFrame>) {
  const shared = new Map<string, Observable<GatedFrame>>()
  return (spec: FrameStreamSpec) => {
    const key = frameStreamKey(spec)
    const existing = shared.get(key)
    if (existing) return existing
    const stream = create(spec).pipe(share())
    shared.set(key, stream)
    return stream
  }
}
