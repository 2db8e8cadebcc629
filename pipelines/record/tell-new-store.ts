import { existsSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { registryDir } from '../../src/core/data-dir.ts'
import type { Telemetry } from '../../src/core/telemetry-port.ts'
import { isUnborn } from '../../src/store/open-database.ts'
import { databaseFile } from '../../src/store/tables/event-database.ts'
import { registryFile } from '../../src/store/tables/registry/registry-database.ts'
import { reviewFile } from '../../src/store/tables/review/review-database.ts'

interface Lost {
  readonly file: string
  readonly beside: string
  readonly means: string
}

/**
 * What in a data directory goes with a database that is not there, or empty: after a backup that was put back without
 * it, or a file that was removed. To be asked before the databases are opened, because that makes them.
 */
export async function findLostStores(dataDir: string): Promise<Lost[]> {
  const footage = ['clips/**/*.mp4', 'segments/**/*.mp4']
  const versions = ['registry/*/*/lineage.json']
  const kinds = [
    {
      file: join(dataDir, databaseFile),
      // A model may be taught before the first run: the registry says nothing.
      beside: [...footage, reviewFile],
      means:
        'recordings of before are in no list and no review, and go when they are old; alerts of before are gone',
    },
    {
      file: join(dataDir, reviewFile),
      // Only of recordings can people have said anything: a start that failed leaves events alone.
      beside: footage,
      means: 'what people said of recordings of before is not known',
    },
    {
      file: join(registryDir(dataDir), registryFile),
      beside: versions,
      means: 'which version of a model is live is not known',
    },
  ]
  const lost: Lost[] = []
  for (const { file, beside, means } of kinds) {
    if (!isUnborn(file)) continue
    const found = await firstOf(dataDir, beside)
    if (found) lost.push({ file, beside: found, means })
  }
  return lost
}

export function tellLostStores(lost: readonly Lost[], telemetry: Telemetry): void {
  for (const { file, beside, means } of lost)
    telemetry.log.error(
      { code: 'STORE_OPEN', file, beside },
      `${file} is missing or empty, but there is ${beside}: a new one is begun, and ${means}. If there is a backup of it, ` +
        'stop Vireo now and put it back',
    )
}

async function firstOf(dataDir: string, patterns: readonly string[]): Promise<string | null> {
  for (const pattern of patterns) {
    if (!pattern.includes('*')) {
      if (existsSync(join(dataDir, pattern))) return pattern
      continue
    }
    for await (const found of glob(pattern, { cwd: dataDir })) return found
  }
  return null
}
