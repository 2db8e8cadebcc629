import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import { openModelRegistry } from '../../src/registry/model-registry.ts'
import { resolveModels } from '../live/follow-registry.ts'

/** The folder of a model of the configuration, also one of the registry; any other name is a folder itself. */
export function bundleOf(config: Config, name: string, clock: Clock): string {
  const models = config.models.filter((model) => model.name === name)
  if (models.length === 0) return name
  const registry = openModelRegistry({ dir: registryDir(config.dataDir), clock })
  try {
    return resolveModels({ ...config, models }, registry)[0]!.path
  } finally {
    registry.close()
  }
}
