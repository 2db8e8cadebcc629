import type { spawn as nodeSpawn } from 'node:child_process'
import { EMPTY, type Observable, Subject, type Subscription, share, tap } from 'rxjs'
import { resolveRules } from '../src/alert/alert-rule.ts'
import { createAlertTracker } from '../src/alert/alert-tracker.ts'
import { type CameraSource, createCameraSource } from '../src/camera/camera-source.ts'
import { configHash } from '../src/config/config-hash.ts'
import type { CameraConfig, Config } from '../src/config/schema.ts'
import type { AlertStep } from '../src/core/alert.ts'
import type { CameraStatus } from '../src/core/camera-status.ts'
import type { Clock } from '../src/core/clock.ts'
import type { OutboxEvent } from '../src/core/events.ts'
import { frameStreamKey } from '../src/core/frame.ts'
import type { Telemetry } from '../src/core/telemetry-port.ts'
import type { EventIntake } from '../src/event/event-intake.ts'
import type { InferenceEngine } from '../src/infer/inference-engine.ts'
import { liveRoute, streamSpecOf } from './live.ts'

export interface LiveOptions {
  readonly config: Config
  readonly engine: InferenceEngine
  readonly intake: EventIntake
  readonly clock: Clock
  readonly spawn: typeof nodeSpawn
  readonly random: () => number
  readonly telemetry: Telemetry
  readonly onStored?: (event: OutboxEvent, step: AlertStep) => void
}

export interface LiveCameras {
  /** Every alert step, after it was durably accepted. */
  readonly steps$: Observable<AlertStep>
  readonly sources: readonly CameraSource[]
  statuses(): readonly CameraStatus[]
  /** Stops the cameras, lets clips in flight finish, and ends open alerts. */
  close(): Promise<void>
}

/** Milliseconds between the starts of two cameras, so that a hundred do not connect in the same instant. */
const staggerMs = 25

/** Attaches every camera that is not paused and joins it to its models, its alerts and the event store. */
export function startLive(options: LiveOptions): LiveCameras {
  const { config, intake, clock } = options
  const accepted = new Subject<AlertStep>()
  const latest = new Map<string, CameraStatus>()
  const hash = configHash(config)
  const attached = config.cameras
    .filter((camera) => !camera.paused)
    .map((camera) => attachCamera(camera, hash, options))
  const finished: Promise<void>[] = []
  const subscriptions: Subscription[] = []
  const cancelStarts: (() => void)[] = []

  attached.forEach(({ source, steps$ }, index) => {
    subscriptions.push(
      source.status$.subscribe((status) => {
        latest.set(status.cameraId, status)
        intake.status(status)
      }),
    )
    finished.push(
      new Promise((resolve) => {
        steps$
          .pipe(tap((step) => intake.alert(step, (event) => stored(event, step))))
          .subscribe({ error: (thrown) => failed(source.id, thrown, resolve), complete: resolve })
      }),
    )
    cancelStarts.push(clock.after(index * staggerMs, () => source.start()))
  })

  const stored = (event: OutboxEvent, step: AlertStep) => {
    options.onStored?.(event, step)
    accepted.next(step)
  }
  const failed = (cameraId: string, thrown: unknown, done: () => void) => {
    options.telemetry.log.error({ camera: cameraId, err: thrown }, 'the pipeline of this camera failed')
    done()
  }

  return {
    steps$: accepted.pipe(share()),
    sources: attached.map(({ source }) => source),
    statuses: () => [...latest.values()],
    async close() {
      for (const cancel of cancelStarts) cancel()
      await Promise.all(attached.map(({ source }) => source.close()))
      await Promise.all(finished)
      for (const subscription of subscriptions) subscription.unsubscribe()
      accepted.complete()
    },
  }
}

function attachCamera(camera: CameraConfig, hash: string, options: LiveOptions) {
  const { config, engine, clock, spawn, random, telemetry } = options
  const allModels = config.models.map(({ name }) => ({ name, labels: engine.bundle(name).labels }))
  const models = allModels.filter(({ name }) => camera.models?.includes(name) ?? true)
  const rules = resolveRules({ alerts: config.alerts, cameraId: camera.id, models, allModels })
  const watchers = models.map(({ name }) => ({
    model: engine.contract(name),
    alerts: createAlertTracker({
      cameraId: camera.id,
      rules: rules.filter(({ modelName }) => modelName === null || modelName === name),
      configHash: hash,
      telemetry,
    }),
  }))
  const specs = new Map(
    watchers.map(({ model }) => [frameStreamKey(streamSpecOf(model)), streamSpecOf(model)] as const),
  )
  const source = createCameraSource({
    camera,
    streams: [...specs.values()],
    record: false,
    clock,
    spawn,
    random,
    telemetry,
  })
  const steps$ =
    watchers.length === 0 ? EMPTY : liveRoute({ camera, source, engine, watchers, clock, telemetry })
  return { source, steps$ }
}
