import { availableParallelism } from 'node:os'
import type { Bundle } from '../bundle/bundle-schema.ts'
import { loadBundle as loadBundleFromDisk } from '../bundle/load-bundle.ts'
import type { ModelConfig } from '../config/schema.ts'
import type { InferencePort, ModelContract } from '../core/bundle.ts'
import type { Clip, Scores } from '../core/clip.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import { createModelRuntime, type ModelRuntime, type ModelStatus } from './model-runtime.ts'
import { planThreads } from './plan-threads.ts'
import { type StartThread, startSessionThread } from './session-thread.ts'

export type { ModelStatus } from './model-runtime.ts'

/** All models at work. Names are those of the configuration; an unknown one is MODEL_NOT_FOUND. */
export interface InferenceEngine extends InferencePort {
  /** What the model wants to be fed with; its name is that of the configuration. */
  contract(name: string): ModelContract
  bundle(name: string): Bundle
  /**
   * Scores a clip of the model that it names. Resolves with null when the clip was dropped (counted by reason under
   * stage `infer`): its camera's queue of two was full, the run failed, a score was not finite, a stream is in
   * warm-up or has to pause, or the engine is closing. Rejects only for a clip that does not fit the model.
   */
  infer(clip: Clip): Promise<Scores | null>
  describe(): readonly ModelStatus[]
  /** Answers waiting clips with null, lets running batches finish, and ends the workers. */
  close(): Promise<void>
}

export interface InferenceEngineOptions {
  readonly models: readonly ModelConfig[]
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly loadBundle?: typeof loadBundleFromDisk
  readonly startThread?: StartThread
  /** Cores to share out among sessions whose threads are not configured. */
  readonly cores?: number
}

/**
 * Loads every model, opens its sessions in worker threads and checks them against their bundles. Either all models
 * are ready when it resolves or none is left behind. Rejects with MODEL_NOT_FOUND, MODEL_BUNDLE_INVALID,
 * MODEL_BUNDLE_CORRUPT, MODEL_CONTRACT (bundle and graph disagree; names both), MODEL_GRAPH, or MODEL_PROVIDER (names
 * every provider's error).
 */
export async function createInferenceEngine(options: InferenceEngineOptions): Promise<InferenceEngine> {
  const { models, clock, telemetry, cores = availableParallelism() } = options
  const { loadBundle = loadBundleFromDisk } = options
  const { startThread = (plan) => startSessionThread(plan, clock) } = options
  const bundles = await Promise.all(models.map(({ path }) => loadBundle(path)))
  for (const [at, { bundle }] of bundles.entries()) refuseDetector(models[at]!, bundle)
  const threads = planThreads(models, cores)
  const runtimes = new Map<string, ModelRuntime>()
  const closeAll = () => Promise.all([...runtimes.values()].map((runtime) => runtime.close()))

  for (const [at, config] of models.entries())
    runtimes.set(
      config.name,
      createModelRuntime({
        config,
        loaded: bundles[at]!,
        threads: threads[at]!,
        clock,
        telemetry,
        startThread,
      }),
    )
  try {
    await Promise.all([...runtimes.values()].map(({ opened }) => opened))
  } catch (thrown) {
    await closeAll()
    throw thrown
  }
  for (const runtime of runtimes.values()) logProviders(runtime.status(), telemetry)

  const runtimeOf = (name: string): ModelRuntime => {
    const runtime = runtimes.get(name)
    if (runtime) return runtime
    const known = [...runtimes.keys()].join(', ') || 'none'
    throw new AppError('MODEL_NOT_FOUND', `no model is named ${name}; there is ${known}`, {
      details: { name },
    })
  }
  return {
    contract: (name) => runtimeOf(name).contract,
    bundle: (name) => runtimeOf(name).bundle,
    strideScale: (name) => runtimeOf(name).strideScale,
    infer: async (clip) => runtimeOf(clip.modelName).infer(clip),
    describe: () => [...runtimes.values()].map((runtime) => runtime.status()),
    close: async () => void (await closeAll()),
  }
}

function refuseDetector(config: ModelConfig, bundle: Bundle): void {
  if (bundle.kind !== 'detector') return
  throw new AppError(
    'MODEL_CONTRACT',
    `models ${config.name}: ${config.path} is a detector; only bundles of kind clip or stream score clips`,
    { details: { model: config.name, path: config.path } },
  )
}

function logProviders(status: ModelStatus, telemetry: Telemetry): void {
  const { name, version, providers, workers, intraOpThreads } = status
  const session = workers[0]!.session!
  const fields = { model: name, version, ...session, workers: workers.length, intraOpThreads }
  if (session.provider === providers[0]) telemetry.log.info(fields, 'the model is ready')
  else telemetry.log.warn(fields, `the model is ready, but not on ${providers[0]}`)
}
