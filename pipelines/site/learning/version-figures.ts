import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../src/core/clock.ts'
import { registryDir, runsDir } from '../../../src/core/data-dir.ts'
import type { CurvePoint, Mistake } from '../../../src/http/review-port.ts'
import type { Lineage } from '../../../src/registry/lineage.ts'
import { type ModelRegistry, openModelRegistry } from '../../../src/registry/model-registry.ts'
import { readJudged } from '../../../src/train/evaluate/judged-record.ts'
import type { RunArchive } from './run-archive.ts'

const mostPoints = 24
/** Runs that are looked at for versions that the gate refused. */
const mostRuns = 60

/** Opens the registry for one piece of work; null where there is none yet. */
export async function withRegistry<T>(
  { dataDir, clock, who = 'vireo run' }: { dataDir: string; clock: Clock; who?: string },
  work: (registry: ModelRegistry) => Promise<T>,
): Promise<T | null> {
  const dir = registryDir(dataDir)
  if (!existsSync(dir)) return null
  const registry = openModelRegistry({ dir, clock, who })
  try {
    return await work(registry)
  } finally {
    registry.close()
  }
}

/** What the versions of a model were worth on footage that they had not seen, refused ones too; the oldest first. */
export async function curveOf(options: {
  model: string
  lineages: readonly Lineage[]
  live: string | null
  archive: RunArchive
}): Promise<CurvePoint[]> {
  const { model, lineages, live, archive } = options
  const kept = new Set(lineages.map(({ run }) => run))
  const ids = (await archive.ids()).filter((id) => !kept.has(id)).slice(0, mostRuns)
  const runs = await Promise.all(ids.map((id) => archive.get(id)))
  const refused = runs.flatMap((run): CurvePoint[] =>
    run?.model === model && run.result === 'refused' && run.version !== null
      ? [
          {
            version: run.version,
            at: run.finishedAt ?? run.startedAt,
            clips: run.clips,
            accuracy: run.accuracy,
            macroF1: run.macroF1,
            judgedBy: run.judgedBy,
            state: 'refused',
          },
        ]
      : [],
  )
  return [...lineages.map((lineage) => pointOf(lineage, live)), ...refused]
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(-mostPoints)
}

function pointOf({ version, createdMs, metrics }: Lineage, live: string | null): CurvePoint {
  return {
    version,
    at: new Date(createdMs).toISOString(),
    clips: metrics.labelledClips ?? null,
    accuracy: metrics.accuracy ?? null,
    macroF1: metrics.macroF1 ?? null,
    judgedBy: metrics.testItems ?? null,
    state: version === live ? 'live' : 'registered',
  }
}

/** Clips that a version was judged by and has wrong, the surest first; none of one that came from elsewhere. */
export async function mistakesOfVersion(
  dataDir: string,
  lineage: Lineage | null,
): Promise<Omit<Mistake, 'inQueue'>[]> {
  if (lineage?.run == null) return []
  const judged = await readJudged(join(runsDir(dataDir), lineage.run))
  return judged?.mistakes ?? []
}
