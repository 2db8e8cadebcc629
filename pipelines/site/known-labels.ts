import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { didYouMean } from '../../src/config/did-you-mean.ts'
import type { Config } from '../../src/config/schema.ts'
import type { Clock } from '../../src/core/clock.ts'
import { registryDir } from '../../src/core/data-dir.ts'
import { AppError, type ErrorCode } from '../../src/core/errors.ts'
import { sameLabel } from '../../src/core/text/same-label.ts'
import { openModelRegistry } from '../../src/registry/model-registry.ts'
import { openDatasetFolder } from '../../src/review/dataset-folder.ts'
import { readJson } from '../../src/store/read-json.ts'

/** The labels that are in use: of the configured models (but detectors), of datasets, and background labels. */
export function knownLabels(
  config: Pick<Config, 'dataDir' | 'models' | 'learning'>,
  clock: Pick<Clock, 'nowMs'>,
): string[] {
  const { dataDir, models, learning } = config
  const bundles = models.flatMap(({ path, registry }) => {
    const dir = path ?? liveDir(dataDir, registry, clock)
    return dir === null ? [] : labelsOf(join(dir, 'bundle.json'))
  })
  const folder = openDatasetFolder(dataDir)
  const datasets = folder.list().flatMap(({ name }) => {
    try {
      return folder.newest(name)?.labels ?? []
    } catch {
      // A dataset that cannot be read is told where it is needed.
      return []
    }
  })
  const known = new Set([...bundles, ...datasets])
  if (known.size > 0) for (const label of learning?.background ?? []) known.add(label)
  return [...known].sort()
}

/**
 * A label that nobody uses yet is most often a slip of the pen, and a model would learn it as one of its own. Where no
 * label is known at all, every one is new and none is refused.
 *
 * @param where begins the message
 * @param allow how to say that it is meant
 */
export function refuseNewLabels(
  labels: readonly string[],
  known: readonly string[],
  { where, allow, code }: { where: string; allow: string; code: ErrorCode },
): void {
  if (known.length === 0) return
  const fresh = labels.filter((label) => !known.includes(label))
  if (fresh.length === 0) return
  const described = fresh.slice(0, 5).map((label) => {
    const near = known.find((each) => sameLabel(each, label)) ?? didYouMean(label, known)
    return `"${label}"${near === undefined || near === null ? '' : ` (did you mean "${near}"?)`}`
  })
  const more = fresh.length > 5 ? ` and ${fresh.length - 5} more` : ''
  throw new AppError(
    code,
    `${where}: no model and no dataset has the label ${described.join(', ')}${more}; there are: ${known.slice(0, 50).join(', ')}. ${allow}`,
    { details: { labels: fresh } },
  )
}

function liveDir(dataDir: string, model: string | undefined, clock: Pick<Clock, 'nowMs'>): string | null {
  if (model === undefined || !existsSync(registryDir(dataDir))) return null
  try {
    const registry = openModelRegistry({
      dir: registryDir(dataDir),
      clock: clock as Clock,
      who: 'vireo review',
    })
    try {
      const { live } = registry.state(model)
      return live === null ? null : registry.dirOf(model, live)
    } finally {
      registry.close()
    }
  } catch {
    return null
  }
}

const labelsSchema = z.looseObject({
  kind: z.string().exactOptional(),
  labels: z.array(z.looseObject({ name: z.string() })).default([]),
})

/** Of a bundle that cannot be read there are none: whoever needs it says why. */
function labelsOf(file: string): string[] {
  try {
    const bundle = readJson(readFileSync(file, 'utf8'), labelsSchema)
    if (bundle === null || bundle.kind === 'detector' || bundle.kind === 'pose') return []
    return bundle.labels.map(({ name }) => name)
  } catch {
    return []
  }
}
