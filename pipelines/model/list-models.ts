import { existsSync } from 'node:fs'
import { loadBundle } from '../../src/bundle/load-bundle.ts'
import type { Config } from '../../src/config/schema.ts'
import type { ModelContract } from '../../src/core/bundle.ts'
import { systemClock } from '../../src/core/clock.ts'
import { cacheDir, registryDir } from '../../src/core/data-dir.ts'
import { type ErrorCode, toAppError } from '../../src/core/errors.ts'
import { knownPrecision } from '../../src/infer/precision/judge-precision.ts'
import type { PrecisionVerdict } from '../../src/infer/precision/precision-verdict.ts'
import { openModelRegistry } from '../../src/registry/model-registry.ts'
import type { ModelState } from '../../src/registry/model-state.ts'
import { resolveModels } from '../live/follow-registry.ts'

export type ListedModel =
  | ({
      readonly configured: string
      readonly path: string
      readonly ok: true
      /** Which graph of a quantised model serves on this processor; null when it was not loaded here yet, or has one graph. */
      readonly precision: PrecisionVerdict | null
    } & ModelContract)
  | {
      readonly configured: string
      readonly path: string
      readonly ok: false
      readonly code: ErrorCode
      readonly message: string
    }
  | (ModelState & {
      readonly registered: string
      readonly versions: readonly {
        readonly version: string
        readonly createdMs: number
        readonly metrics: object
      }[]
    })

/** The models of a configuration with their bundles, then those of its registry with their versions. */
export async function listedModels(config: Config): Promise<ListedModel[]> {
  const dir = registryDir(config.dataDir)
  // Looking makes no folders.
  const registry = existsSync(dir) ? openModelRegistry({ dir, clock: systemClock }) : null
  try {
    const configured = config.models.map(async (model): Promise<ListedModel> => {
      const { name: configured, path: given, registry: from } = model
      let path = given ?? `registry ${from}`
      try {
        path = resolveModels({ ...config, models: [model] }, registry)[0]!.path
        const loaded = await loadBundle(path)
        const precision = await knownPrecision(loaded, cacheDir(config.dataDir))
        return { configured, path, ok: true, precision, ...loaded.contract }
      } catch (thrown) {
        const { code, message } = toAppError(thrown)
        return { configured, path, ok: false, code, message }
      }
    })
    const registered = (registry ? await registry.models() : []).map(async (name): Promise<ListedModel> => {
      const versions = await registry!.versions(name)
      return {
        registered: name,
        ...registry!.state(name),
        versions: versions.map(({ version, createdMs, metrics }) => ({ version, createdMs, metrics })),
      }
    })
    return await Promise.all([...configured, ...registered])
  } finally {
    registry?.close()
  }
}
