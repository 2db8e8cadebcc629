import type { spawn as nodeSpawn } from 'node:child_process'
import { EMPTY, type Observable } from 'rxjs'
import { type AlertRule, resolveRules } from '../src/alert/alert-rule.ts'
import { createAlertTracker } from '../src/alert/alert-tracker.ts'
import { type CameraSource, createCameraSource } from '../src/camera/camera-source.ts'
import { configHash } from '../src/config/config-hash.ts'
import { recordingOf } from '../src/config/recording-schema.ts'
import type { CameraConfig, Config } from '../src/config/schema.ts'
import type { AlertStep } from '../src/core/alert.ts'
import type { Clock } from '../src/core/clock.ts'
import { type FrameStreamSpec, frameStreamKey } from '../src/core/frame.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../src/infer/inference-engine.ts'
import { liveRoute, streamSpecOf } from './live.ts'

export interface AttachOptions {
  readonly engine: InferenceEngine
  readonly clock: Clock
  readonly spawn: typeof nodeSpawn
  readonly random: () => number
  readonly telemetry: Telemetry
}

export interface AttachedCamera {
  /** What is analysed, and recorded unless there is another stream for that. */
  readonly source: CameraSource
  /** The larger stream that is only recorded, or null. */
  readonly main: CameraSource | null
  readonly steps$: Observable<AlertStep>
  /** One of the frame streams that are decoded for it, if any. */
  readonly stream: FrameStreamSpec | null
  /** Takes other thresholds and times for the rules that it has. */
  retune(rules: readonly AlertRule[]): void
}

/** One camera joined to the models that watch it and the alerts that they can raise; not started yet. */
export function attachCamera(camera: CameraConfig, config: Config, options: AttachOptions): AttachedCamera {
  const { engine, clock, spawn, random, telemetry } = options
  const { rules, models } = watchOf(camera, config, engine)
  const hash = configHash(config)
  const watchers = models.map(({ name }) => ({
    model: engine.contract(name),
    alerts: createAlertTracker({
      cameraId: camera.id,
      rules: rulesOf(rules, name),
      configHash: hash,
      telemetry,
    }),
  }))
  const specs = new Map(
    watchers.map(({ model }) => [frameStreamKey(streamSpecOf(model)), streamSpecOf(model)] as const),
  )
  const { clips, continuous } = recordingOf(config.recording, camera)
  const recorded = clips || continuous
  const parts = { clock, spawn, random, telemetry }
  const source = createCameraSource({
    camera,
    streams: [...specs.values()],
    // Without a model the packets alone tell whether the camera is there.
    record: specs.size === 0 || (recorded && camera.mainUrl === undefined),
    ...parts,
  })
  const main =
    recorded && camera.mainUrl !== undefined
      ? createCameraSource({
          camera: { ...camera, id: `${camera.id}.main`, url: camera.mainUrl },
          streams: [],
          record: true,
          ...parts,
        })
      : null
  const steps$ =
    watchers.length === 0 ? EMPTY : liveRoute({ camera, source, engine, watchers, clock, telemetry })
  return {
    source,
    main,
    steps$,
    stream: [...specs.values()][0] ?? null,
    retune(next) {
      for (const { model, alerts } of watchers) alerts.retune(rulesOf(next, model.name))
    },
  }
}

const rulesOf = (rules: readonly AlertRule[], model: string) =>
  rules.filter(({ modelName }) => modelName === null || modelName === model)

/** The models that watch a camera and its rules: with the camera itself, all that its pipeline depends on. */
export function watchOf(camera: CameraConfig, config: Config, engine: InferenceEngine) {
  const allModels = config.models.map(({ name }) => ({ name, labels: engine.bundle(name).labels }))
  const models = allModels.filter(({ name }) => camera.models?.includes(name) ?? true)
  return { models, rules: resolveRules({ alerts: config.alerts, cameraId: camera.id, models, allModels }) }
}
