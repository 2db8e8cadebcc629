import type { spawn as nodeSpawn } from 'node:child_process'
import { configHash } from '../src/config/config-hash.ts'
import { diffConfig, restartOf } from '../src/config/diff.ts'
import type { Config } from '../src/config/schema.ts'
import { variablesFor } from '../src/config/variables-for.ts'
import type { Clock } from '../src/core/clock.ts'
import { cacheDir } from '../src/core/data-dir.ts'
import type { AppError } from '../src/core/errors.ts'
import type { FrameStreamSpec } from '../src/core/frame.ts'
import { createEventIntake } from '../src/event/event-intake.ts'
import { createEventLatency } from '../src/event/event-latency.ts'
import { type EventStore, openEventStore } from '../src/event/event-store.ts'
import { createSinks } from '../src/event/sinks.ts'
import { createServer } from '../src/http/create-server.ts'
import { howToBuild, pageFolder } from '../src/http/web/page-folder.ts'
import type { InferenceEngine } from '../src/infer/inference-engine.ts'
import { createFileGuard } from '../src/store/file-guard.ts'
import type { RunningTelemetry } from '../src/telemetry/create-telemetry.ts'
import { type Closing, closeAll, within } from './close-all.ts'
import { createPublishers } from './create-publishers.ts'
import { createFootage } from './footage/create-footage.ts'
import { startLearning } from './learn/start/start-learning.ts'
import { listen } from './listen.ts'
import { alertLabels } from './live/alert-labels.ts'
import { checkAgainst } from './live/check-config.ts'
import { followRegistry, registryOf, resolveModels } from './live/follow-registry.ts'
import { streamSpecOf } from './live/live.ts'
import { createMutes } from './live/mutes.ts'
import type { CameraChanges } from './live/plan/compare-plans.ts'
import { createMonitor } from './monitor/create-monitor.ts'
import { startPruning } from './prune-events.ts'
import { keepRecordings, recoverRecordings } from './record/keep-recordings.ts'
import { steadyTime } from './record/steady-time.ts'
import { findLostStores, tellLostStores } from './record/tell-new-store.ts'
import { tierRecordings } from './record/tier-recordings.ts'
import { watchStore } from './record/watch-store.ts'
import { createCameraSetup } from './site/camera-setup.ts'
import { createDesk } from './site/create-desk.ts'
import { createSite } from './site/create-site.ts'
import type { EventHub } from './site/event-hub.ts'
import { createLiveView } from './site/live/live-view.ts'
import { type FirstAdmin, openAccounts } from './site/open-accounts.ts'
import { rulePresets } from './site/rule-presets.ts'
import { openModels, othersRun, standsAsideAlready, unlessStopped } from './start-checks.ts'
import { type LiveCameras, startLive } from './start-live.ts'

export interface LiveSystemOptions {
  readonly config: Config
  readonly clock: Clock
  readonly spawn: typeof nodeSpawn
  readonly random: () => number
  readonly telemetry: RunningTelemetry
  /** Where the configuration came from: what the REST API edits. */
  readonly configFile?: string
  readonly env?: NodeJS.ProcessEnv
  /**
   * Told once of the admin that is made where there is none; without it none is made. The password is kept nowhere.
   */
  readonly onFirstAdmin?: (admin: FirstAdmin) => void
  /** Aborted: the start is given up, and what was started is closed. */
  readonly signal?: AbortSignal
}

export interface LiveSystem {
  readonly live: LiveCameras
  /**
   * Takes another configuration while everything runs: cameras, rules and thresholds. What needs a new process is
   * named in `restart` and stays as it was.
   *
   * @throws AppError CONFIG_INVALID when a rule names a label that no model has; then nothing has changed.
   */
  reload(config: Config): Promise<CameraChanges & { readonly restart: readonly string[] }>
  readonly engine: InferenceEngine
  readonly store: EventStore
  /** Where health and metrics are served. */
  readonly address: string
  /** Address of the page in the browser; null: there is none. */
  readonly console: string | null
  /** Resolves when the data directory is gone and does not come back: only a new start helps. */
  readonly gone: Promise<AppError>
  /** The frames that a model is fed with. */
  streamOf(modelName: string): FrameStreamSpec
  /** Stops in the order of the data's way, within `deadlineMs`; what Kafka did not take stays in the outbox. */
  close(deadlineMs?: number): Promise<void>
}

/** Everything that `vireo run` runs: store, publisher, engine, cameras, health server. */
export async function startLiveSystem(options: LiveSystemOptions): Promise<LiveSystem> {
  const { config, clock, telemetry, signal } = options
  const attached = Promise.withResolvers<LiveCameras>()
  // Who waits for the cameras is told when they never come.
  attached.promise.catch(() => {})
  const closers: Closing[] = []
  let current = config
  try {
    const guard = createFileGuard({ clock })
    const lost = await findLostStores(config.dataDir)
    const store = openEventStore({
      guard,
      dataDir: config.dataDir,
      source: `/vireo/${config.node.name}`,
      clock,
      telemetry,
    })
    closers.push(() => store.close())
    const steady = steadyTime({ dataDir: config.dataDir, clock, telemetry })
    const latency = createEventLatency({ clock, telemetry })
    const registry = registryOf(config, clock, guard)
    closers.push(() => registry?.close())
    const models = resolveModels(config, registry)
    const engine = await unlessStopped(
      openModels({ ...options, cacheDir: cacheDir(config.dataDir) }, models, registry),
      signal,
    )
    closers.push(() => engine.close())
    // The address of one camera, and it stands aside; all else that is wrong ends the start before anything runs.
    checkAgainst(config, engine, othersRun(config))
    const publishers = createPublishers({
      ...options,
      labels: alertLabels(config, (name) => engine.bundle(name)),
    })
    const sinks = createSinks({ ...options, store, publishers: publishers.all, onSent: latency.sent })
    closers.push(() => sinks.close())
    let hub: EventHub | null = null
    const wake = () => {
      sinks.wake()
      hub?.wake()
    }
    const intake = createEventIntake({ store, wake, clock, telemetry })
    closers.push(() => intake.close())
    tellLostStores(lost, telemetry)
    const storeWatch = watchStore({ guard, refusal: intake.refusal, clock, telemetry })
    closers.push(() => storeWatch.close())

    const mutes = createMutes({ dataDir: config.dataDir, clock, log: telemetry.log })
    let live: LiveCameras | null = null
    // What needs a restart stays as it was.
    const taken = (next: Config): Config => ({ ...next, models: config.models, dataDir: config.dataDir })
    const check = (next: Config) => checkAgainst(taken(next), engine, standsAsideAlready(current))
    const tellPublishers = () => {
      const labels = alertLabels(current, (name) => engine.bundle(name))
      publishers.setSite({ cameras: current.cameras, labels })
    }
    const reload = async (next: Config) => {
      const restart = restartOf(diffConfig(config, next))
      check(next)
      const changes = await (await attached.promise).apply(taken(next))
      const { recording, sampling, alerts, behaviours, cameras } = next
      current = { ...config, recording, sampling, alerts, behaviours, cameras }
      tellPublishers()
      hub?.tell({ kind: 'config', cameraId: null, position: null, data: { configHash: configHash(current) } })
      return { ...changes, restart }
    }
    const health = {
      ready: () => live !== null && storeWatch.problem() === null,
      cameras: () => live?.statuses() ?? [],
      models: () =>
        engine.describe().map(({ name, version, ready, precision }) => ({
          name,
          version,
          ready,
          ...(precision && { precision: { serves: precision.serves, reason: precision.reason } }),
        })),
    }
    const site = createSite({
      ...options,
      store,
      reload,
      started: config,
      sinks,
      mutes,
      file: options.configFile ?? null,
      // Read again: a change may bring a password.
      env: () => options.env ?? (options.configFile ? variablesFor(options.configFile) : process.env),
      running: () => current,
      check: async (next) => {
        check(next)
        await attached.promise
      },
      compare: async (next) => ({
        ...(await attached.promise).compare(taken(next)),
        restart: restartOf(diffConfig(config, next)),
      }),
      statuses: health.cameras,
      models: health.models,
    })
    closers.push(() => site.close())
    const configFile = options.configFile ?? null
    const desk = createDesk({ ...options, configFile, current: () => current, site, guard })
    const { events, queue, reviews } = desk
    hub = events
    closers.push(() => desk.close())
    const page = pageFolder()
    if (page === null && config.http.console) telemetry.log.warn({}, howToBuild)
    const monitor = createMonitor({
      ...options,
      config: () => current,
      engine,
      sinks,
      dataDir: config.dataDir,
    })
    closers.push(() => monitor.close())
    const setup = {
      ...createCameraSetup({ log: telemetry.log }),
      presets: () => rulePresets(config.models.map(({ name }) => engine.bundle(name))),
    }
    const view = createLiveView({ ...options, running: () => current, statuses: health.cameras })
    closers.push(() => view.close())
    const accounts = await unlessStopped(openAccounts({ ...options, guard }), signal)
    closers.push(() => accounts.close())
    const footage = createFootage({ ...options, dataDir: config.dataDir, current: () => current, site })
    closers.push(() => footage.close())
    const server = createServer({
      accounts,
      health,
      footage,
      pageFolder: page,
      live: view,
      learning: desk.learning,
      site,
      setup,
      monitor,
      reviews,
      events,
      metrics: telemetry,
      log: telemetry.log,
      ...config.http,
    })
    closers.push(() => server.close())
    const address = await unlessStopped(listen(server, config), signal)
    closers.push(startPruning({ store, sinks: sinks.names, config, clock, steady, telemetry }))
    const recordings = { ...options, steady, store, intake }
    const recovery = await unlessStopped(recoverRecordings(recordings), signal)
    closers.push(() => recovery.close())
    const retention = keepRecordings({
      ...recordings,
      reviews: queue,
      current: () => current,
      after: recovery.done,
    })
    closers.push(() => retention.close())
    const tiering = tierRecordings({ ...recordings, engine, current: () => current })
    tiering.start()
    closers.push(() => tiering.close())
    live = startLive({
      ...options,
      engine,
      view,
      footage,
      intake: {
        ...intake,
        clip(clip, stored) {
          footage.clipFinished(clip)
          intake.clip(clip, stored)
        },
        status(status) {
          intake.status(status)
          events.status(status.cameraId)
        },
      },
      samples: store,
      mute: mutes.mark,
      onStored: (event, step) => latency.stored(event, step.causeMonoMs),
    })
    const cameras = live
    closers.push(() => cameras.close())
    attached.resolve(cameras)
    // Another version of a model may have other labels.
    const follow = async () => {
      await cameras.apply(current)
      tellPublishers()
      desk.versionChanged()
    }
    const learning = startLearning({ ...options, configFile, engine })
    closers.push(() => learning?.close())
    const follower = registry
      ? followRegistry({
          ...options,
          registry,
          engine,
          follow,
          steps$: cameras.steps$,
          disagreed: cameras.disagreed,
        })
      : null
    closers.push(() => follower?.close())
    sinks.wake()
    const consoleAt = page === null || !config.http.console ? null : `${address}/console/`
    telemetry.log.info({ address, console: consoleAt, cameras: cameras.sources().length }, 'running')

    return {
      live: cameras,
      reload,
      engine,
      store,
      address,
      console: consoleAt,
      gone: storeWatch.gone,
      streamOf: (modelName) => streamSpecOf(engine.contract(modelName)),
      async close(deadlineMs = 8000) {
        const startedMs = clock.monoMs()
        guard.letGo()
        await follower?.close()
        const hurry = new AbortController()
        const stopped = cameras.close(hurry.signal)
        await within(clock, deadlineMs / 2, stopped)
        hurry.abort()
        await within(clock, 500, stopped)
        intake.close()
        const leftMs = Math.max(0, deadlineMs - 1000 - (clock.monoMs() - startedMs))
        const behind = await sinks.drain(leftMs)
        if (behind.length > 0)
          telemetry.log.warn({ sinks: behind }, 'not everything was taken; the rest stays in the outbox')
        // A receiver that hangs had its time: what follows has to be done within ten seconds of the signal.
        await sinks.close(behind.length > 0 ? 200 : undefined)
        const settle = guard.rescue()
        await closeAll(closers, options)
        for (const file of settle())
          telemetry.log.warn({ file }, 'the contents of a database whose file was gone are here')
      },
    }
  } catch (thrown) {
    attached.reject(thrown)
    await closeAll(closers, options)
    throw thrown
  }
}
