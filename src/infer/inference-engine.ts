import { availableParallelism } from 'node:os'
import type { Bundle } from '../bundle/bundle-schema.ts'
import { loadBundle as loadBundleFromDisk } from '../bundle/load-bundle.ts'
import type { InferencePort, ModelContract } from '../core/bundle.ts'
import type { Clip, Scores } from '../core/clip.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import type { Telemetry } from '../core/telemetry-port.ts'
import type { EngineModel } from './engine-model.ts'
import { createModelRuntime, type ModelStatus } from './model-runtime.ts'
import { type Candidate, createModelSlot, type ModelSlot, type OpenVersion, type Tap } from './model-slot.ts'
import { planThreads, type ThreadPlan } from './plan-threads.ts'
import { judgePrecision } from './precision/judge-precision.ts'
import { type MeasurePrecision, measureInThread } from './precision/measure-in-thread.ts'
import { type StartThread, startSessionThread } from './session-thread.ts'
import { type StagedTelemetry, stageTelemetry } from './staged-telemetry.ts'

export type { EngineModel } from './engine-model.ts'
export type { ModelStatus } from './model-runtime.ts'
export { type Candidate, sameGeometry } from './model-slot.ts'

/** All models at work. Names are those of the configuration; an unknown one is MODEL_NOT_FOUND. */
export interface InferenceEngine extends InferencePort {
  /** What the model wants to be fed with; its name is that of the configuration. */
  contract(name: string): ModelContract
  bundle(name: string): Bundle
  /**
   * Scores a clip of the model that it names; of a detector (a clip of one frame) the values are its raw output, to be
   * decoded as its bundle says. Resolves with null when the clip was dropped (counted by reason under
   * stage `infer`): its camera's queue of two was full, the run failed, a score was not finite, a stream is in
   * warm-up or has to pause, or the engine is closing. Rejects only for a clip that does not fit the model.
   */
  infer(clip: Clip): Promise<Scores | null>
  describe(): readonly ModelStatus[]
  /** Shows every clip that is given to the model, and its answer. Returns how to stop. */
  tap(name: string, look: Tap): () => void
  /**
   * Opens another version of a model in workers of its own, beside the live one.
   * @param path folder of its bundle
   * @throws as createInferenceEngine; then nothing is left behind
   */
  open(name: string, path: string): Promise<Candidate>
  /**
   * From now on clips go to the candidate; what the former version was given, it still answers, so no clip is lost.
   * Returns what ends the former version once it has answered; until then clips that only it can take are still
   * given to it. To be called when no camera cuts such clips any more.
   */
  swap(name: string, candidate: Candidate): () => Promise<void>
  /** Answers waiting clips with null, lets running batches finish, and ends the workers. */
  close(): Promise<void>
}

export interface InferenceEngineOptions {
  readonly models: readonly EngineModel[]
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly loadBundle?: typeof loadBundleFromDisk
  readonly startThread?: StartThread
  /** Where what was measured of quantised bundles is kept; it is measured at every start when left out. */
  readonly cacheDir?: string
  readonly measurePrecision?: MeasurePrecision
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
  const { loadBundle = loadBundleFromDisk, cacheDir = null } = options
  const { measurePrecision = measureInThread(clock) } = options
  const { startThread = (plan) => startSessionThread(plan, clock) } = options
  const threads = planThreads(models, cores)
  const openVersion = async (at: number, path: string, stage: StagedTelemetry['stage']) => {
    const config = models[at]!
    const loaded = await loadBundle(path)
    refuseSimulated(config, loaded.bundle)
    const staged = stageTelemetry(telemetry, stage)
    const precision =
      config.providers[0] === 'cpu'
        ? await judgePrecision({
            modelName: config.name,
            loaded,
            cacheDir,
            measure: measurePrecision,
            telemetry,
          })
        : null
    const parts = { config, loaded, precision, threads: threads[at] as ThreadPlan, clock, startThread }
    return { runtime: () => createModelRuntime({ ...parts, telemetry: staged }), telemetry: staged }
  }
  // First everything that can be refused without starting a thread.
  const loaded = await Promise.all(models.map(({ path }, at) => openVersion(at, path, 'live')))
  const versions = loaded.map(({ runtime, telemetry }): OpenVersion => ({ runtime: runtime(), telemetry }))
  const slots = new Map(
    models.map(({ name }, at): [string, ModelSlot] => [name, createModelSlot(versions[at]!)]),
  )
  const closeAll = () => Promise.all([...slots.values()].map((slot) => slot.close()))
  try {
    await Promise.all(versions.map(({ runtime }) => runtime.opened))
  } catch (thrown) {
    await closeAll()
    throw thrown
  }
  for (const { live } of slots.values()) logProviders(live.status(), telemetry)

  const slotOf = (name: string): ModelSlot => {
    const slot = slots.get(name)
    if (slot) return slot
    const known = [...slots.keys()].join(', ') || 'none'
    throw new AppError('MODEL_NOT_FOUND', `no model is named ${name}; there is ${known}`, {
      details: { name },
    })
  }
  return {
    contract: (name) => slotOf(name).live.contract,
    bundle: (name) => slotOf(name).live.bundle,
    strideScale: (name) => slotOf(name).live.strideScale,
    infer: async (clip) => slotOf(clip.modelName).infer(clip),
    describe: () => [...slots.values()].map(({ live }) => live.status()),
    tap: (name, look) => slotOf(name).tap(look),
    async open(name, path) {
      const slot = slotOf(name)
      const at = models.findIndex((model) => model.name === name)
      const made = await openVersion(at, path, 'waiting')
      const version: OpenVersion = { runtime: made.runtime(), telemetry: made.telemetry }
      const candidate = slot.wait(version)
      try {
        await version.runtime.opened
      } catch (thrown) {
        await candidate.close()
        throw thrown
      }
      return candidate
    },
    swap(name, candidate) {
      const retire = slotOf(name).swap(candidate)
      logProviders(candidate.status(), telemetry)
      return retire
    },
    close: async () => void (await closeAll()),
  }
}

function refuseSimulated({ name, allowSimulated }: EngineModel, bundle: Bundle): void {
  if (allowSimulated !== false || !knowsOnlySimulated(bundle)) return
  throw new AppError('MODEL_SIMULATED', simulatedMessage(name), { details: { name } })
}

/**
 * Whether what a model says of a real camera means nothing. Drawn people do not look like real ones, but their keypoints
 * lie where those of real ones do: a model of skeletons is meant for both.
 */
export function knowsOnlySimulated({ trainedOn, kind }: Pick<Bundle, 'trainedOn' | 'kind'>): boolean {
  return trainedOn === 'simulated' && kind !== 'skeleton'
}

/** Why a model of simulated people is refused. */
export function simulatedMessage(name: string): string {
  return (
    `model "${name}" was trained on simulated people: what it says of a real camera means nothing. Import a model ` +
    '(docs/models.md), or set allowSimulated: true on its entry under models to try it'
  )
}

function logProviders(status: ModelStatus, telemetry: Telemetry): void {
  const { name, version, providers, workers, intraOpThreads } = status
  const session = workers[0]!.session!
  const fields = { model: name, version, ...session, workers: workers.length, intraOpThreads }
  if (session.provider === providers[0]) telemetry.log.info(fields, 'the model is ready')
  else telemetry.log.warn(fields, `the model is ready, but not on ${providers[0]}`)
}
