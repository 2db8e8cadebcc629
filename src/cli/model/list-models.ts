import { existsSync } from 'node:fs'
import { loadBundle } from '../../bundle/load-bundle.ts'
import type { Config } from '../../config/schema.ts'
import type { ModelContract } from '../../core/bundle.ts'
import { systemClock } from '../../core/clock.ts'
import { cacheDir } from '../../core/data-dir.ts'
import { type ErrorCode, toAppError } from '../../core/errors.ts'
import { knownPrecision } from '../../infer/precision/judge-precision.ts'
import type { PrecisionVerdict } from '../../infer/precision/precision-verdict.ts'
import { openModelRegistry } from '../../registry/model-registry.ts'
import type { ModelState } from '../../registry/model-state.ts'

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
  const { registryDir } = await import('../../core/data-dir.ts')
  const { resolveModels } = await import('../../../pipelines/live/follow-registry.ts')
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

export function modelLines(row: ListedModel): string[] {
  if ('registered' in row) {
    const { registered, live, previous, shadow, versions } = row
    const roleOf = (version: string) =>
      version === live ? 'live' : version === shadow ? 'shadow' : version === previous ? 'previous' : ''
    return [
      `${registered} in the registry:`,
      ...versions.map(
        ({ version, createdMs }) =>
          `  ${version.padEnd(14)} ${roleOf(version).padEnd(9)} ${new Date(createdMs).toISOString()}`,
      ),
    ]
  }
  const head = row.configured.padEnd(16)
  if (!row.ok) return [`${head} ${row.code}: ${row.message}`]
  const { frames, sampleFps, strideFrames } = row
  const input =
    row.kind === 'audio'
      ? `${frames / sampleFps} s of sound every ${strideFrames / sampleFps} s`
      : `${frames} frames at ${sampleFps}/s every ${strideFrames}, ${row.widthPx}x${row.heightPx}`
  return [
    `${head} ${row.kind} ${row.version}, ${input}, ${row.labels.length} labels, ${row.path}`,
    ...(row.precision ? [`${' '.repeat(17)}${row.precision.reason}`] : []),
  ]
}
