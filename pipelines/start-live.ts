import { EMPTY, map, merge, type Observable, Subject, tap } from 'rxjs'
import type { CameraSource } from '../src/camera/source-contract.ts'
import { cameraUrlProblem } from '../src/config/check/camera-url.ts'
import { hideVariables } from '../src/config/origins.ts'
import type { CameraConfig, Config } from '../src/config/schema.ts'
import type { AlertStep } from '../src/core/alert.ts'
import type { CameraStatus } from '../src/core/camera-status.ts'
import type { Disagreement } from '../src/core/disagreement.ts'
import { AppError, toAppError } from '../src/core/errors.ts'
import type { OutboxEvent } from '../src/core/events.ts'
import type { EventIntake } from '../src/event/event-intake.ts'
import { createSampleBudget } from '../src/review/sample-budget.ts'
import type { SampleStore } from '../src/store/tables/sample-store.ts'
import { cameraStatus } from './camera-status.ts'
import type { Footage } from './footage/create-footage.ts'
import { type AttachedCamera, type AttachOptions, attachCamera } from './live/attach-camera.ts'
import { type CameraChanges, comparePlans } from './live/plan/compare-plans.ts'
import { type CameraPlan, cameraPlanner } from './live/plan/plan-camera.ts'
import { recordRoute } from './record/record.ts'
import { sampleRoute } from './record/sample.ts'

export interface LiveOptions extends Omit<AttachOptions, 'dataDir'> {
  readonly config: Config
  readonly intake: EventIntake
  readonly samples: SampleStore
  /** Marks the steps of alerts that nobody is to be told of. */
  readonly mute?: (step: AlertStep) => AlertStep
  readonly onStored?: (event: OutboxEvent, step: AlertStep) => void
  /** Remembers what its cameras see. */
  readonly footage?: Pick<Footage, 'attached' | 'retuned' | 'detached'>
  /** Who shows the cameras to people: told of those that come and go. */
  readonly view?: {
    attached(plan: CameraPlan, parts: AttachedCamera): void
    detached(cameraId: string, why: 'changed' | 'paused' | 'removed'): void
  }
}

export interface LiveCameras {
  /** Every alert step, after it was durably accepted. */
  readonly steps$: Observable<AlertStep>
  sources(): readonly CameraSource[]
  statuses(): readonly CameraStatus[]
  /** Two versions of a model think differently of a clip: worth a look by a person. */
  disagreed(modelName: string, found: Disagreement): void
  /** Throws what would keep `apply` from taking it. @throws AppError CONFIG_INVALID */
  check(config: Config): void
  /** What `apply` would do. @throws AppError CONFIG_INVALID */
  compare(config: Config): CameraChanges
  /** Brings the cameras to another configuration; those that it does not change go on without losing a frame. */
  apply(config: Config): Promise<CameraChanges>
  /**
   * Stops the cameras, lets clips in flight finish, and ends open alerts. Clips that are not finished soon after `signal`
   * is aborted are finished at the next start.
   */
  close(signal?: AbortSignal): Promise<void>
}

interface Running {
  readonly source: CameraSource
  readonly plan: CameraPlan
  retune(next: CameraPlan): void
  disagreed(modelName: string, found: Disagreement): void
  stop(signal?: AbortSignal): Promise<void>
}

/** Milliseconds between the starts of two cameras, so that a hundred do not connect in the same instant. */
const staggerMs = 25

const same = (step: AlertStep) => step

/** Attaches every camera that is not paused and joins it to its models, its alerts and the event store. */
export function startLive(options: LiveOptions): LiveCameras {
  const { config: first, engine, intake, clock, telemetry, onStored, mute = same } = options
  const accepted = new Subject<AlertStep>()
  const latest = new Map<string, CameraStatus>()
  const running = new Map<string, Running>()
  /** Cameras that could not be attached, as they are told. */
  const aside = new Map<string, CameraStatus>()
  const budget = createSampleBudget({ clock })
  let applying: Promise<unknown> = Promise.resolve()

  const wantedOf = (config: Config) => config.cameras.filter(({ paused }) => !paused)

  const attach = (plan: CameraPlan, config: Config, delayMs: number) => {
    const { camera } = plan
    for (const field of ['url', 'mainUrl'] as const) {
      const problem = camera[field] === undefined ? null : cameraUrlProblem(camera[field])
      if (problem) throw new AppError('CAMERA_URL', `camera ${camera.id}: ${field} ${problem}`)
    }
    const trace = options.footage?.attached(plan)
    const attached = attachCamera(plan, { ...options, dataDir: config.dataDir, ...(trace && { trace }) })
    const { source, main, steps$, scores$, moments$, scoring$, stream, retune } = attached
    const records = recordRoute({
      ...options,
      cameraId: camera.id,
      recording: plan.recording,
      dataDir: config.dataDir,
      analysed: source,
      recorded: main ?? source,
      moments$,
    })
    const sampling = sampleRoute({ ...options, cameraId: camera.id, plan, scores$, records, budget })
    const statuses = merge(
      cameraStatus({ camera, source, stream, recording$: records.trouble$, scoring$, clock, telemetry }),
      main?.status$ ?? EMPTY,
    ).subscribe((status) => {
      latest.set(status.cameraId, status)
      intake.status(status)
    })
    const finished = new Promise<void>((resolve) => {
      steps$.pipe(map(records.mark), map(mute), tap(sampling.alert)).subscribe({
        next: (step) => {
          trace?.step(step)
          intake.alert(step, (event) => {
            onStored?.(event, step)
            accepted.next(step)
          })
        },
        error(thrown) {
          telemetry.log.error({ camera: camera.id, err: thrown }, 'the pipeline of this camera failed')
          resolve()
        },
        complete: resolve,
      })
    })
    options.view?.attached(plan, attached)
    const cancelStart = clock.after(delayMs, () => {
      source.start()
      main?.start()
    })
    running.set(camera.id, {
      source,
      plan,
      disagreed: sampling.disagreed,
      retune(next) {
        retune(next)
        options.footage?.retuned(next)
        sampling.retune(next)
      },
      async stop(signal) {
        cancelStart()
        sampling.close()
        await Promise.all([source.close(), main?.close()])
        await finished
        await records.close(signal)
        statuses.unsubscribe()
        for (const { id } of [source, main ?? source]) latest.delete(id)
      },
    })
  }

  /** One that cannot be attached is told as offline; the others never notice. */
  const start = (camera: CameraConfig, config: Config, delayMs: number, planned: () => CameraPlan) => {
    try {
      attach(planned(), config, delayMs)
      aside.delete(camera.id)
    } catch (thrown) {
      const { code, message } = toAppError(thrown)
      const reason = hideVariables(message, config)
      telemetry.log.error({ camera: camera.id, code }, `this camera cannot be attached: ${reason}`)
      const status: CameraStatus = {
        cameraId: camera.id,
        state: 'offline',
        reason,
        code,
        sinceMs: clock.nowMs(),
        epoch: 0,
        attempt: 0,
        picture: 'ok',
      }
      aside.set(camera.id, status)
      intake.status(status)
    }
  }

  const plansOf = (config: Config) => {
    const planOf = cameraPlanner(config, engine)
    return new Map(wantedOf(config).map((camera) => [camera.id, planOf(camera)]))
  }

  const bringTo = async (config: Config): Promise<CameraChanges> => {
    const wanted = new Map(wantedOf(config).map((camera) => [camera.id, camera]))
    // First all that can be refused, so that a configuration is taken as a whole or not at all.
    const plans = plansOf(config)
    // One that stands aside is tried again, as one that is new.
    const plansNow = new Map([...running].map(([id, { plan }]) => [id, plan]))
    const changes = comparePlans(plansNow, plans)
    const { attached, detached, changed, retuned } = changes
    const leaving = [...detached, ...changed]
    for (const id of aside.keys()) if (!wanted.has(id)) aside.delete(id)
    await Promise.all(
      leaving.map(async (id) => {
        const camera = running.get(id)!
        running.delete(id)
        const goesOn = changed.includes(id)
        const isPaused = config.cameras.some((each) => each.id === id)
        if (!goesOn) options.footage?.detached(id)
        options.view?.detached(id, goesOn ? 'changed' : isPaused ? 'paused' : 'removed')
        await camera.stop()
      }),
    )
    for (const id of retuned) {
      const camera = running.get(id)!
      camera.retune(plans.get(id)!)
      running.set(id, { ...camera, plan: plans.get(id)! })
    }
    const coming = [...attached, ...changed]
    coming.forEach((id, index) => {
      start(wanted.get(id)!, config, index * staggerMs, () => plans.get(id)!)
    })
    return changes
  }

  const planOf = cameraPlanner(first, engine)
  for (const [index, camera] of wantedOf(first).entries())
    start(camera, first, index * staggerMs, () => planOf(camera))
  return {
    steps$: accepted.asObservable(),
    sources: () => [...running.values()].map(({ source }) => source),
    statuses: () => [...latest.values(), ...aside.values()],
    disagreed: (modelName, found) => running.get(found.cameraId)?.disagreed(modelName, found),
    check: (config) => void plansOf(config),
    compare: (config) =>
      comparePlans(new Map([...running].map(([id, { plan }]) => [id, plan])), plansOf(config)),
    apply(config) {
      const applied = applying.then(() => bringTo(config))
      applying = applied.catch(() => {})
      return applied
    },
    async close(signal) {
      await applying
      await Promise.all([...running.values()].map(({ stop }) => stop(signal)))
      running.clear()
      accepted.complete()
    },
  }
}
