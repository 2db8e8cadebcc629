import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { datasetsDir } from '../core/data-dir.ts'
import type { Telemetry } from '../core/telemetry-port.ts'

/** The footage that dataset versions refer to: it must stay readable. */
export interface DatasetSources {
  /** Looks which versions there are. Never rejects. */
  look(): Promise<void>
  /** As of the latest look: whether a version has the clip with this id, or one of these files. */
  has(clip: { readonly id: string; readonly paths: readonly string[] }): boolean
}

/** Less than the manifest's own schema: also a version that somebody edited keeps its sources. */
const sourcesSchema = z.object({ entries: z.array(z.object({ id: z.string(), path: z.string() })) })

interface Version {
  /** Changes when the file does. */
  readonly stamp: string
  readonly keys: readonly string[]
}

export function createDatasetSources(options: {
  dataDir: string
  telemetry: Pick<Telemetry, 'log'>
}): DatasetSources {
  const { dataDir, telemetry } = options
  const dir = datasetsDir(dataDir)
  const known = new Map<string, Version>()
  let keys = new Set<string>()
  /** The folder as links lead to it, so that two ways of writing a path are one. */
  let realDir = resolve(dataDir)

  const keysOf = async (file: string): Promise<readonly string[]> => {
    try {
      const { entries } = sourcesSchema.parse(JSON.parse(await readFile(file, 'utf8')))
      const paths = await Promise.all(entries.map(({ path }) => realpath(path).catch(() => resolve(path))))
      return [...entries.map(({ id }) => `id ${id}`), ...paths]
    } catch (thrown) {
      const { message } = thrown as Error
      telemetry.log.error({ file }, `the footage of a dataset is not kept: it cannot be read (${message})`)
      return []
    }
  }
  const lookOnce = async () => {
    realDir = await realpath(dataDir).catch(() => resolve(dataDir))
    const there = new Set<string>()
    for (const name of await readdir(dir).catch(() => []))
      for (const version of await readdir(join(dir, name)).catch(() => [])) {
        const file = join(dir, name, version)
        const found = /^v\d+\.json$/.test(version) ? await stat(file).catch(() => null) : null
        if (!found) continue
        there.add(file)
        const stamp = `${found.mtimeMs} ${found.size}`
        if (known.get(file)?.stamp !== stamp) known.set(file, { stamp, keys: await keysOf(file) })
      }
    for (const file of known.keys()) if (!there.has(file)) known.delete(file)
    keys = new Set([...known.values()].flatMap((version) => version.keys))
  }
  return {
    look: () =>
      lookOnce().catch((thrown) =>
        telemetry.log.error({ err: thrown }, 'the datasets cannot be looked through'),
      ),
    has({ id, paths }) {
      const prefix = resolve(dataDir)
      return (
        keys.has(`id ${id}`) ||
        paths.some((path) => {
          const full = resolve(path)
          return keys.has(full.startsWith(prefix) ? realDir + full.slice(prefix.length) : full)
        })
      )
    },
  }
}
