import type { spawn as nodeSpawn } from 'node:child_process'
import { EMPTY, type Observable, Subject } from 'rxjs'
import { createAlertTracker } from '../../src/alert/alert-tracker.ts'
import { compileSchedule, createWeekClock } from '../../src/behaviour/week-clock.ts'
import { createCameraSource } from '../../src/camera/camera-source.ts'
import type { CameraSource } from '../../src/camera/source-contract.ts'
import type { TrackUpdate } from '../../src/clip/await-tracks.ts'
import type { AlertStep } from '../../src/core/alert.ts'
import type { ProductTrouble } from '../../src/core/camera-status.ts'
import type { Scores } from '../../src/core/clip.ts'
import type { Clock } from '../../src/core/clock.ts'
import { anomalyDir } from '../../src/core/data-dir.ts'
import type { FrameStreamSpec } from '../../src/core/frame.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import type { InferenceEngine } from '../../src/infer/inference-engine.ts'
import { anomalyScores } from './anomaly-scores.ts'
import { type FusedWatcher, liveRoute, type Watcher } from './live.ts'
import type { People } from './people/people.ts'
import { createSceneWatch, type TrackMoment } from './people/scene-watch.ts'
import { poseStaleUs } from './plan/choose-pose.ts'
import type { CameraPlan, PeoplePlan } from './plan/plan-camera.ts'
import { createScoringWatch } from './scoring-watch.ts'
import type { CameraTrace } from './trace/camera-trace.ts'

export interface AttachOptions {
  readonly engine: InferenceEngine
  readonly clock: Clock
  readonly spawn: typeof nodeSpawn
  readonly random: () => number
  readonly telemetry: Telemetry
  readonly dataDir: string
  /** Told of the tracks of every moment; must not throw. */
  readonly onTracks?: (update: TrackUpdate) => void
  readonly trace?: Pick<CameraTrace, 'motion' | 'asked'>
}

export interface AttachedCamera {
  /** What is analysed, and recorded unless there is another stream for that. */
  readonly source: CameraSource
  /** The larger stream that is only recorded, or null. */
  readonly main: CameraSource | null
  readonly steps$: Observable<AlertStep>
  /** Hot. What the models said of its clips, before alerts are made of it. */
  readonly scores$: Observable<Scores>
  /** Hot. Its tracks, moment by moment. */
  readonly moments$: Observable<TrackMoment>
  /** What the models fail to say of it. */
  readonly scoring$: Observable<ProductTrouble | null>
  /** One of the frame streams that are decoded for it, if any. */
  readonly stream: FrameStreamSpec | null
  /** Takes other thresholds and times for the rules that it has: of a plan with the same models and rules. */
  retune(next: CameraPlan): void
}

/** One camera joined to the models that watch it and the alerts that they can raise, as planned; not started yet. */
export function attachCamera(plan: CameraPlan, options: AttachOptions): AttachedCamera {
  const { engine, clock, spawn, random, telemetry, dataDir } = options
  const { camera, streams, packets } = plan
  const tracked = { cameraId: camera.id, configHash: plan.configHash, telemetry, armed: scheduleOf(plan) }
  const watchers = plan.watchers.map(
    (watcher): Watcher => ({
      ...watcher,
      alerts: createAlertTracker({ ...tracked, rules: watcher.rules }),
    }),
  )
  const fusions = plan.fusions.map(
    (fusion): FusedWatcher => ({
      ...fusion,
      alerts: createAlertTracker({ ...tracked, rules: fusion.rules }),
    }),
  )
  if (plan.lacksDetector)
    telemetry.log.warn({ camera: camera.id }, 'no detector: its rules about tracks find nothing')
  const people = plan.people && watchPeople(plan.people, plan, options)
  const parts = { clock, spawn, random, telemetry }
  const source = createCameraSource({
    camera,
    streams,
    sound: plan.hears,
    record: packets.analysed,
    ...parts,
  })
  const main =
    packets.main && camera.mainUrl !== undefined
      ? createCameraSource({
          camera: { ...camera, id: `${camera.id}.main`, url: camera.mainUrl },
          streams: [],
          record: true,
          ...parts,
        })
      : null
  const read = anomalyScores({ ...options, cameraId: camera.id, dir: anomalyDir(dataDir) })
  const scores = new Subject<Scores>()
  const onScores = (found: Scores) => scores.next(found)
  const moments = new Subject<TrackMoment>()
  const onTracks = (moment: TrackMoment) => {
    moments.next(moment)
    options.onTracks?.(moment)
  }
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
          onTracks,
          scoring,
          ...(options.trace && { trace: options.trace }),
          clock,
          telemetry,
        })
  return {
    source,
    main,
    steps$,
    scores$: scores.asObservable(),
    moments$: moments.asObservable(),
    scoring$: scoring.trouble$,
    stream: streams[0] ?? null,
    retune(next) {
      for (const [at, { alerts }] of watchers.entries()) alerts.retune(next.watchers[at]!.rules)
      for (const [at, { alerts }] of fusions.entries()) alerts.retune(next.fusions[at]!.rules)
    },
  }
}

function watchPeople(planned: PeoplePlan, plan: CameraPlan, options: AttachOptions): People {
  const { clock, telemetry } = options
  const { detector, pose, behaviours } = planned
  if (detector.modelName === null)
    telemetry.log.warn(
      { camera: plan.camera.id, detector: detector.name },
      'no detector model: everything that moves counts as a person; rules work, but a model is far better',
    )
  const watch = createSceneWatch({
    behaviours,
    detector,
    configHash: plan.configHash,
    telemetry,
    idPrefix: `${Math.round(clock.nowMs()).toString(36)}-`,
    ...(pose && { poseStaleUs: poseStaleUs(pose) }),
  })
  return { plan: detector, pose, watch }
}

/** Whether alerts of a camera are wanted at a wall-clock time. */
export function scheduleOf({ schedule }: Pick<CameraPlan, 'schedule'>): (timeMs: number) => boolean {
  const armed = compileSchedule(schedule)
  const moment = createWeekClock(schedule.timeZone)
  return (timeMs) => armed(moment(timeMs))
}
