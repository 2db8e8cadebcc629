import { filter, type Observable } from 'rxjs'
import type { Config } from '../../src/config/schema.ts'
import type { AlertStep } from '../../src/core/alert.ts'
import type { Clock } from '../../src/core/clock.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import type { Disagreement } from '../../src/core/disagreement.ts'
import { AppError } from '../../src/core/errors.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import { type EngineModel, type InferenceEngine, sameGeometry } from '../../src/infer/inference-engine.ts'
import { type ModelRegistry, openModelRegistry } from '../../src/registry/model-registry.ts'
import { createModelRollout } from '../../src/registry/model-rollout.ts'
import type { FileGuard } from '../../src/store/file-guard.ts'

/** The registry of a data directory, if a model of the configuration comes from it. */
export function registryOf(
  config: Config,
  clock: Clock,
  guard?: Pick<FileGuard, 'watch'>,
): ModelRegistry | null {
  const wanted = config.models.some(({ registry }) => registry !== undefined)
  if (!wanted) return null
  const dir = registryDir(config.dataDir)
  return openModelRegistry({ dir, clock, who: 'vireo run', ...(guard ? { guard } : {}) })
}

/**
 * Where each model of the configuration lies now.
 *
 * @throws AppError REGISTRY_STATE when a model of the registry has no live version
 */
export function resolveModels(config: Config, registry: ModelRegistry | null): EngineModel[] {
  return config.models.map(({ path, registry: registered, ...model }) => {
    if (path !== undefined || registered === undefined) return { ...model, path: path ?? '' }
    const live = registry?.state(registered).live ?? null
    if (registry && live !== null) return { ...model, path: registry.dirOf(registered, live) }
    throw new AppError(
      'REGISTRY_STATE',
      `models ${model.name}: ${registered} has no live version in the registry of ${config.dataDir}; ` +
        'see vireo model list, then vireo model promote',
      { details: { model: model.name, registered } },
    )
  })
}

/** Registry → shadow → swap → watch, for every model that comes from it, while the cameras run. */
export function followRegistry(options: {
  config: Config
  registry: ModelRegistry
  engine: InferenceEngine
  steps$: Observable<AlertStep>
  /** The shadow of a model thinks otherwise of a live clip. */
  disagreed: (modelName: string, found: Disagreement) => void
  /** Brings cameras and rules to what is live now; see LiveCameras.apply. */
  follow: () => Promise<unknown>
  clock: Clock
  telemetry: Telemetry
}): { close(): Promise<void> } {
  const { config, registry, engine, steps$, disagreed, follow } = options
  const rollouts = config.models.flatMap(({ name, registry: registered, rollout }) => {
    if (registered === undefined) return []
    registry.attend(registered)
    const target = {
      live: () => ({
        bundle: engine.bundle(name),
        contract: engine.contract(name),
        status: engine.describe().find((model) => model.name === name)!,
      }),
      get strideScale() {
        return engine.strideScale(name)
      },
      open: (path: string) => engine.open(name, path),
      swap: (candidate: Awaited<ReturnType<typeof engine.open>>) => engine.swap(name, candidate),
      tap: (look: Parameters<typeof engine.tap>[1]) => engine.tap(name, look),
      sameGeometry,
      follow: async () => void (await follow()),
    }
    const onDisagreement = (found: Disagreement) => {
      // Recordings show pictures alone: nobody could judge a sound by them.
      if (engine.contract(name).kind !== 'audio') disagreed(name, found)
    }
    const shared = { ...options, onDisagreement }
    return [{ name, rollout: createModelRollout({ ...shared, model: name, registered, rollout, target }) }]
  })
  const counting = steps$.pipe(filter(({ phase }) => phase === 'new')).subscribe(({ modelName }) => {
    rollouts.find(({ name }) => name === modelName)?.rollout.alerted()
  })
  const reconcile = () => {
    for (const { rollout } of rollouts) void rollout.reconcile()
  }
  const stopWatching = registry.watch(reconcile)
  reconcile()
  return {
    async close() {
      stopWatching()
      counting.unsubscribe()
      await Promise.all(rollouts.map(({ rollout }) => rollout.close()))
    },
  }
}
