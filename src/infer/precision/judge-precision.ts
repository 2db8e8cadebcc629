import { createRequire } from 'node:module'
import type { LoadedBundle } from '../../bundle/load-bundle.ts'
import { precisionTask } from '../../bundle/precision-task.ts'
import { processor } from '../../core/processor.ts'
import type { Telemetry } from '../../core/telemetry-port.ts'
import type { MeasurePrecision } from './measure-in-thread.ts'
import { openPrecisionCache, precisionKey } from './precision-cache.ts'
import { decidePrecision, type PrecisionVerdict } from './precision-verdict.ts'

/** Its version without loading its library. */
const { version: runtimeVersion } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
  version: string
}

/** The verdict that stands in the cache, for those who only look; null when nothing was measured here yet. */
export async function knownPrecision(
  { bundle, floatPath }: LoadedBundle,
  cacheDir: string,
): Promise<PrecisionVerdict | null> {
  if (floatPath === null) return null
  const key = precisionKey(bundle, processor(), runtimeVersion)
  const measured = await openPrecisionCache(cacheDir).read(key)
  return measured && decidePrecision(bundle, measured)
}

/**
 * Which of a bundle's graphs serves on this processor: measured when it was never before, kept in `cacheDir`. null for a
 * bundle without a float graph, and when it cannot be measured (logged): then it is served as it is.
 */
export async function judgePrecision(options: {
  modelName: string
  loaded: LoadedBundle
  /** null: nothing is kept. */
  cacheDir: string | null
  measure: MeasurePrecision
  telemetry: Telemetry
}): Promise<PrecisionVerdict | null> {
  const { modelName, loaded, cacheDir, measure, telemetry } = options
  const { bundle, graphPath, floatPath } = loaded
  if (floatPath === null) return null
  const cache = cacheDir === null ? null : openPrecisionCache(cacheDir)
  const key = precisionKey(bundle, processor(), runtimeVersion)
  const known = await cache?.read(key)
  let measured = known
  if (!measured) {
    telemetry.log.info({ model: modelName }, 'measuring the quantised graph on this processor, once')
    try {
      measured = await measure({ task: precisionTask(bundle), float: floatPath, smaller: graphPath })
    } catch (thrown) {
      const reason = (thrown as Error).message
      telemetry.log.warn({ model: modelName, reason }, 'the quantised graph could not be measured')
      return null
    }
    await cache?.write(key, measured)
  }
  const verdict = decidePrecision(bundle, measured)
  const level = verdict.serves === 'float' ? 'warn' : 'info'
  telemetry.log[level]({ model: modelName, version: bundle.version, ...verdict }, verdict.reason)
  return verdict
}
