import type { Bundle } from '../../src/bundle/bundle-schema.ts'
import { type LoadedBundle, loadBundle } from '../../src/bundle/load-bundle.ts'
import type { Config, ModelConfig } from '../../src/config/schema.ts'
import type { ModelContract } from '../../src/core/bundle.ts'
import { AppError, toAppError } from '../../src/core/errors.ts'
import { checkGraphFile } from '../../src/infer/check-graph-file.ts'
import { knowsOnlySimulated, simulatedMessage } from '../../src/infer/inference-engine.ts'
import type { ModelRegistry } from '../../src/registry/model-registry.ts'
import { resolveModels } from './follow-registry.ts'
import type { FoundProblem } from './found-problem.ts'

/** What is known of the models of a configuration, by their names in it. */
export interface ModelLookup {
  bundle(name: string): Bundle
  contract(name: string): ModelContract
}

/** Reads the bundles of a configuration's models, without opening a session; null with problems when one is wrong. */
export async function lookUpModels(
  config: Config,
  registry: ModelRegistry | null,
): Promise<{ models: ModelLookup | null; problems: FoundProblem[] }> {
  const found = new Map<string, LoadedBundle>()
  const problems: FoundProblem[] = []
  await Promise.all(
    config.models.map(async (model, at) => {
      const path = ['models', at, model.path === undefined ? 'registry' : 'path']
      try {
        const loaded = await loadModel(config, model, registry)
        found.set(model.name, loaded)
        if (knowsOnlySimulated(loaded.bundle) && !model.allowSimulated)
          problems.push({ path: ['models', at], message: simulatedMessage(model.name) })
      } catch (thrown) {
        const { code, message } = toAppError(thrown)
        problems.push({ path, message: `${code}: ${message}` })
      }
    }),
  )
  const of = (name: string): LoadedBundle => {
    const loaded = found.get(name)
    if (loaded) return loaded
    throw new AppError('MODEL_NOT_FOUND', `no model is named ${name}`)
  }
  const models = {
    bundle: (name: string) => of(name).bundle,
    contract: (name: string) => contractOf(of(name), name),
  }
  return { models: found.size === config.models.length ? models : null, problems }
}

async function loadModel(
  config: Config,
  model: ModelConfig,
  registry: ModelRegistry | null,
): Promise<LoadedBundle> {
  const { path } = resolveModels({ ...config, models: [model] }, registry)[0]!
  const loaded = await loadBundle(path)
  await checkGraphFile(loaded)
  return loaded
}

const contractOf = ({ contract }: LoadedBundle, name: string): ModelContract => ({ ...contract, name })
