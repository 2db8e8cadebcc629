import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Bundle } from '../../bundle/bundle-schema.ts'
import type { Processor } from '../../core/processor.ts'
import type { PrecisionMeasurement } from '../../onnx/quantize/measure-precision.ts'
import { readJson } from '../../store/read-json.ts'
import { writeWhole } from '../../store/write-whole.ts'

/** Increase it when measurements of before mean something else. */
const formatVersion = 1
/** More are left over from processors and bundles of the past. */
const most = 200

const cacheSchema = z.object({
  formatVersion: z.literal(formatVersion),
  measured: z.record(z.string(), z.unknown()),
})
const measurementSchema = z.object({
  speedup: z.number(),
  change: z.number(),
}) satisfies z.ZodType<PrecisionMeasurement>
type CacheFile = z.infer<typeof cacheSchema>

/** What was measured on which processor of which bundle with which ONNX Runtime; a file in dataDir/cache. */
export interface PrecisionCache {
  read(key: string): Promise<PrecisionMeasurement | null>
  /** A cache that cannot be written is no error: it is measured again at the next start. */
  write(key: string, measured: PrecisionMeasurement): Promise<void>
}

export function precisionKey(bundle: Bundle, processor: Processor, runtimeVersion: string): string {
  const sha256 = (path: string | undefined) => bundle.files.find((file) => file.path === path)?.sha256
  const { model, arch, flags } = processor
  const parts = [model, arch, flags, runtimeVersion, sha256(bundle.graph), sha256(bundle.floatGraph)]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

export function openPrecisionCache(dir: string): PrecisionCache {
  const file = join(dir, 'precision.json')
  const load = async (): Promise<CacheFile['measured']> => {
    try {
      return readJson(await readFile(file, 'utf8'), cacheSchema)?.measured ?? {}
    } catch {
      return {}
    }
  }
  return {
    async read(key) {
      return measurementSchema.safeParse((await load())[key]).data ?? null
    },
    async write(key, measured) {
      const { speedup, change } = measured
      const kept = Object.entries(await load()).slice(-most)
      const content: CacheFile = {
        formatVersion,
        measured: { ...Object.fromEntries(kept), [key]: { speedup, change } },
      }
      const part = `${file}.${randomUUID()}`
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 })
        await writeWhole({ path: file, content: JSON.stringify(content), mode: 0o600, part })
      } catch {
        // It is measured again.
      }
    },
  }
}
