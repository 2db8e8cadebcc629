import type { spawn as nodeSpawn } from 'node:child_process'
import { EMPTY, type Observable, Subject } from 'rxjs'
import { type AlertRule, resolveRules } from '../src/alert/alert-rule.ts'
import { createAlertTracker } from '../src/alert/alert-tracker.ts'
import { fusionName } from '../src/alert/score-fusion.ts'
import { createBehaviours } from '../src/behaviour/behaviours.ts'
import { compileSchedule, createWeekClock } from '../src/behaviour/week-clock.ts'
import { type CameraSource, createCameraSource } from '../src/camera/camera-source.ts'
import { cameraBehaviours, ownBehaviours } from '../src/config/camera-behaviours.ts'
import { configHash } from '../src/config/config-hash.ts'
import { recordingOf } from '../src/config/recording-schema.ts'
import type { CameraConfig, Config } from '../src/config/schema.ts'
import type { AlertStep } from '../src/core/alert.ts'
import type { ProductTrouble } from '../src/core/camera-status.ts'
import type { Scores } from '../src/core/clip.ts'
import type { Clock } from '../src/core/clock.ts'
import { AppError } from '../src/core/errors.ts'
import { type FrameStreamSpec, frameStreamKey } from '../src/core/frame.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../src/infer/inference-engine.ts'
import { anomalyDir, anomalyScores } from './anomaly-scores.ts'
import { behaviourOptions, chooseDetector, needsTracks } from './choose-detector.ts'
import { choosePose, poseStaleUs } from './choose-pose.ts'
import { type FusedLabel, fusedLabels, fusedModel } from './fused-labels.ts'
import { type FusedWatcher, liveRoute, type Watcher, watchedStream } from './live.ts'
import type { People } from './people.ts'
import { createSceneWatch } from './scene-watch.ts'
import { createScoringWatch } from './scoring-watch.ts'

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
  /** What the models fail to say of it. */
  readonly scoring$: Observable<ProductTrouble | null>
  readonly rules: readonly AlertRule[]
  /** One of the frame streams that are decoded for it, if any. */
  readonly stream: FrameStreamSpec | null
  /** Takes other thresholds and times for the rules that it has. */
  retune(rules: readonly AlertRule[]): void
}

/** One camera joined to the models that watch it and the alerts that they can raise; not started yet. */
export function attachCamera(camera: CameraConfig, config: Config, options: AttachOptions): AttachedCamera {
  const { engine, clock, spawn, random, telemetry } = options
  const { rules, models, fused } = watchOf(camera, config, engine)
  const tracked = { cameraId: camera.id, configHash: configHash(config), telemetry }
  const armed = scheduleOf(camera, config)
  const watchers = models.map(
    ({ name, scope }): Watcher => ({
      model: engine.contract(name),
      scope,
      alerts: createAlertTracker({ ...tracked, armed, rules: rulesOf(rules, name, fused) }),
    }),
  )
  const fusions = fused.map(
    (label): FusedWatcher => ({
      ...label,
      alerts: createAlertTracker({ ...tracked, armed, rules: fusedRulesOf(rules, label) }),
    }),
  )
  const people = watchPeople(camera, config, options)
  const sees = watchers.filter(({ model }) => model.kind !== 'audio')
  const wanted = sees.map(({ model, scope }) => watchedStream(model, scope))
  if (people) wanted.push(people.plan.spec)
  if (people?.pose) wanted.push(people.pose.spec)
  const specs = new Map(wanted.map((spec) => [frameStreamKey(spec), spec] as const))
  const { clips, continuous } = recordingOf(config.recording, camera)
  const recorded = clips || continuous
  const parts = { clock, spawn, random, telemetry }
  const source = createCameraSource({
    camera,
    streams: [...specs.values()],
    // Without a model the packets alone tell whether the camera is there.
    sound: watchers.length > sees.length && camera.sound !== false,
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
  const scoring = createScoringWatch(clock)
  const steps$ =
    watchers.length === 0 && !people
      ? EMPTY
      : liveRoute({
          camera,
          source,
          engine,
          watchers,
          fusions,
          people,
          read,
          onScores,
          scoring,
          clock,
          telemetry,
        })
  return {
    source,
    main,
    steps$,
    scores$: scores.asObservable(),
    scoring$: scoring.trouble$,
    rules,
    stream: [...specs.values()][0] ?? null,
    retune(next) {
      for (const { model, alerts } of watchers) alerts.retune(rulesOf(next, model.name, fused))
      for (const { alerts, ...label } of fusions) alerts.retune(fusedRulesOf(next, label))
    },
  }
}

/** The rules about one model's own scores: for a fused label only those that name the model. */
const rulesOf = (rules: readonly AlertRule[], model: string, fused: readonly FusedLabel[]) => {
  const taken = fused.filter(({ models }) => models.includes(model)).map(({ fusion }) => fusion.label)
  return rules.filter(
    ({ modelName, label }) => modelName === model || (modelName === null && !taken.includes(label)),
  )
}

const fusedRulesOf = (rules: readonly AlertRule[], { fusion }: FusedLabel) =>
  rules.filter(
    ({ modelName, label }) => label === fusion.label && (modelName === null || modelName === fusionName),
  )

/**
 * The models that watch a camera and its rules: with the camera itself, all that its pipeline depends on.
 *
 * @throws AppError CONFIG_INVALID when a rule of labels or behaviours is wrong.
 */
export function watchOf(camera: CameraConfig, config: Config, engine: Pick<InferenceEngine, 'bundle'>) {
  const allModels = config.models
    .filter(({ name }) => !['detector', 'pose'].includes(engine.bundle(name).kind))
    .map(({ name, scope = 'scene' as const }) => ({ name, scope, labels: engine.bundle(name).labels }))
  const models = allModels.filter(({ name }) => camera.models?.includes(name) ?? true)
  const ears = models.find(({ name, scope }) => scope === 'person' && engine.bundle(name).kind === 'audio')
  if (ears)
    throw new AppError(
      'CONFIG_INVALID',
      `models "${ears.name}": scope person has no meaning for a model of kind audio`,
      { details: { path: ['models', config.models.findIndex(({ name }) => name === ears.name), 'scope'] } },
    )
  const fused = fusedLabels(config.alerts.fusion, models)
  const plan = needsTracks(camera, config) ? chooseDetector(camera, config, engine) : null
  if (plan) createBehaviours(behaviourOptions(camera, config, engine))
  return {
    models,
    fused,
    rules: resolveRules({
      alerts: config.alerts,
      cameraId: camera.id,
      models: [...models, ...fusedModel(fused, models)],
      allModels,
      fused: fused.map(({ fusion }) => fusion.label),
    }),
    plan,
    pose: plan && choosePose(camera, config, engine, plan),
    behaviours: ownBehaviours(config, camera.id),
  }
}

function watchPeople(camera: CameraConfig, config: Config, options: AttachOptions): People | null {
  const { engine, clock, telemetry } = options
  const { plan, pose } = watchOf(camera, config, engine)
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
    ...(pose && { poseStaleUs: poseStaleUs(pose) }),
    telemetry,
  })
  return { plan, pose, watch }
}

/** Whether alerts of a camera are wanted at a wall-clock time. */
function scheduleOf(camera: CameraConfig, config: Config): (timeMs: number) => boolean {
  const { armed, disarmed, timeZone } = cameraBehaviours(config, camera.id)
  const schedule = compileSchedule({ armed, disarmed })
  const moment = createWeekClock(timeZone)
  return (timeMs) => schedule(moment(timeMs))
}
