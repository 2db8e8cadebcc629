import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Config } from '../../../src/config/schema.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { StartChoices } from '../../../src/http/learning-port.ts'
import { openDatasetFolder } from '../../../src/review/dataset-folder.ts'
import { readJson } from '../../../src/store/read-json.ts'
import { withRegistry } from './version-figures.ts'

export interface StartChoicesOptions {
  readonly dataDir: string
  readonly current: () => Pick<Config, 'models' | 'learning'>
  readonly clock: Clock
  /** Whether there is a process to learn in. */
  readonly canBegin: boolean
  /** Judged clips whose recordings are there. */
  readonly judgedClips: () => Promise<number>
}

/** Where nothing has a name yet. */
const usualName = 'actions'
const bundleSchema = z.looseObject({ kind: z.string().exactOptional() })

/**
 * What a run that somebody starts can be of: the model of the settings, those of the registry, those that are served and
 * say what people do. Where there is none, a first one gets the usual name.
 */
export async function startChoices(options: StartChoicesOptions): Promise<StartChoices> {
  const { dataDir, current, clock, canBegin, judgedClips } = options
  const { models, learning } = current()
  const registered = await withRegistry({ dataDir, clock }, async (registry) => {
    const names = await registry.models()
    const found = await Promise.all(
      names.sort().map(async (name) => ((await registry.versions(name)).length > 0 ? [name] : [])),
    )
    return found.flat()
  })
  const served = models.flatMap(({ name, path, registry }) => registry ?? (tellsActions(path) ? name : []))
  const known = [...new Set([...(learning ? [learning.model] : []), ...(registered ?? []), ...served])]
  const names = known.length > 0 ? known : [usualName]
  const datasets = openDatasetFolder(dataDir).list()
  const isThere = (source: string) => {
    const name = /^dataset:([^@]+)/.exec(source)?.[1]
    return name === undefined || datasets.some((each) => each.name === name)
  }
  const files = learning?.labelled.some((each) => !each.startsWith('dataset:')) ?? false
  const hasFootage = files || datasets.length > 0 || (await judgedClips()) > 0
  return {
    models: names,
    settings: learning?.model ?? null,
    ready: learning?.labelled.every(isThere) ?? false,
    lines: learning ? null : `learning:\n  model: ${names[0]}\n  labelled: ["dataset:site"]\n`,
    refused: canBegin ? (hasFootage ? null : 'no_footage') : 'no_file',
  }
}

/** Detectors, poses and sounds are not learned here. */
function tellsActions(path: string | undefined): boolean {
  if (path === undefined) return false
  try {
    const bundle = readJson(readFileSync(join(path, 'bundle.json'), 'utf8'), bundleSchema)
    return bundle !== null && ['clip', 'stream', 'skeleton'].includes(bundle.kind ?? 'clip')
  } catch {
    // Whoever needs the bundle says why it cannot be read.
    return false
  }
}
