import type { spawn as nodeSpawn } from 'node:child_process'
import { EMPTY, type Observable, Subject } from 'rxjs'
import { type AlertRule, resolveRules } from '../src/alert/alert-rule.ts'
import { createAlertTracker } from '../src/alert/alert-tracker.ts'
import { createBehaviours } from '../src/behaviour/behaviours.ts'
import { compileSchedule, createWeekClock } from '../src/behaviour/week-clock.ts'
import { type CameraSource, createCameraSource } from '../src/camera/camera-source.ts'
import { cameraBehaviours, ownBehaviours } from '../src/config/camera-behaviours.ts'
import { configHash } from '../src/config/config-hash.ts'
import { recordingOf } from '../src/config/recording-schema.ts'
import type { CameraConfig, Config } from '../src/config/schema.ts'
import type { AlertStep } from '../src/core/alert.ts'
import type { Scores } from '../src/core/clip.ts'
import type { Clock } from '../src/core/clock.ts'
import { type FrameStreamSpec, frameStreamKey } from '../src/core/frame.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../src/infer/inference-engine.ts'
import { anomalyDir, anomalyScores } from './anomaly-scores.ts'
import { behaviourOptions, chooseDetector, needsTracks } from './choose-detector.ts'
import { liveRoute, type Watcher, watchedStream } from './live.ts'
import type { People } from './people.ts'
import { createSceneWatch } from './scene-watch.ts'

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
  /** Hot. What the models said of its clips, before alerts are made of it. */
  readonly scores$: Observable<Scores>
  readonly rules: readonly AlertRule[]
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
  const armed = scheduleOf(camera, config)
  const watchers = models.map(
    ({ name, scope }): Watcher => ({
      model: engine.contract(name),
      scope,
      alerts: createAlertTracker({
        cameraId: camera.id,
        rules: rulesOf(rules, name),
        configHash: hash,
        telemetry,
        armed,
      }),
    }),
  )
  const people = watchPeople(camera, config, options)
  const wanted = watchers.map(({ model, scope }) => watchedStream(model, scope))
  if (people) wanted.push(people.plan.spec)
  const specs = new Map(wanted.map((spec) => [frameStreamKey(spec), spec] as const))
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
  const read = anomalyScores({ ...options, cameraId: camera.id, dir: anomalyDir(config.dataDir) })
  const scores = new Subject<Scores>()
  const onScores = (found: Scores) => scores.next(found)
  const steps$ =
    wanted.length === 0
      ? EMPTY
      : liveRoute({ camera, source, engine, watchers, people, read, onScores, clock, telemetry })
  return {
    source,
    main,
    steps$,
    scores$: scores.asObservable(),
    rules,
    stream: [...specs.values()][0] ?? null,
    retune(next) {
      for (const { model, alerts } of watchers) alerts.retune(rulesOf(next, model.name))
    },
  }
}

const rulesOf = (rules: readonly AlertRule[], model: string) =>
  rules.filter(({ modelName }) => modelName === null || modelName === model)

/**
 * The models that watch a camera and its rules: with the camera itself, all that its pipeline depends on.
 *
 * @throws AppError CONFIG_INVALID when a rule of labels or behaviours is wrong.
 */
export function watchOf(camera: CameraConfig, config: Config, engine: InferenceEngine) {
  const allModels = config.models
    .filter(({ name }) => engine.bundle(name).kind !== 'detector')
    .map(({ name, scope = 'scene' as const }) => ({ name, scope, labels: engine.bundle(name).labels }))
  const models = allModels.filter(({ name }) => camera.models?.includes(name) ?? true)
  const plan = needsTracks(camera, config) ? chooseDetector(camera, config, engine) : null
  if (plan) createBehaviours(behaviourOptions(camera, config, engine))
  return {
    models,
    rules: resolveRules({ alerts: config.alerts, cameraId: camera.id, models, allModels }),
    plan,
    behaviours: ownBehaviours(config, camera.id),
  }
}

function watchPeople(camera: CameraConfig, config: Config, options: AttachOptions): People | null {
  const { engine, clock, telemetry } = options
  const { plan } = watchOf(camera, config, engine)
  if (!plan) {
    if (needsTracks(camera, config))
      telemetry.log.warn({ camera: camera.id }, 'no detector: its rules about tracks find nothing')
    return null
  }
  if (plan.modelName === null)
    telemetry.log.warn(
      { camera: camera.id, detector: plan.name },
      'no detector model: everything that moves counts as a person; rules work, but a model is far better',
    )
  const watch = createSceneWatch({
    behaviours: behaviourOptions(camera, config, engine),
    detector: plan,
    configHash: configHash(config),
    idPrefix: `${Math.round(clock.nowMs()).toString(36)}-`,
    telemetry,
  })
  return { plan, watch }
}

/** Whether alerts of a camera are wanted at a wall-clock time. */
function scheduleOf(camera: CameraConfig, config: Config): (timeMs: number) => boolean {
  const { armed, disarmed, timeZone } = cameraBehaviours(config, camera.id)
  const schedule = compileSchedule({ armed, disarmed })
  const moment = createWeekClock(timeZone)
  return (timeMs) => schedule(moment(timeMs))
}
