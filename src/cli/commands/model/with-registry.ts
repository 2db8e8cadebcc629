import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { systemClock as clock } from '../../../core/clock.ts'
import { registryDir } from '../../../core/data-dir.ts'
import { type ModelRegistry, openModelRegistry } from '../../../registry/model-registry.ts'

export interface RegistryOptions {
  config: string
  json?: boolean
}

/** Does something with the registry of a configuration. */
export async function withRegistry(
  { config }: RegistryOptions,
  work: (registry: ModelRegistry) => Promise<void>,
): Promise<void> {
  const registry = openModelRegistry({ dir: registryDir(loadConfigToRead(config).dataDir), clock })
  try {
    await work(registry)
  } finally {
    registry.close()
  }
}
