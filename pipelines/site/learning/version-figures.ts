import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type LearningConfig, learningSchema } from '../../../src/config/schema/learning-schema.ts'
import type { Clock } from '../../../src/core/clock.ts'
import { registryDir, runsDir } from '../../../src/core/data-dir.ts'
import type { CurvePoint, Mistake } from '../../../src/http/review-port.ts'
import type { Lineage } from '../../../src/registry/lineage.ts'
import { type ModelRegistry, openModelRegistry } from '../../../src/registry/model-registry.ts'
import type { EnoughRules } from '../../../src/review/review-progress.ts'
import { gateRulesSchema } from '../../../src/train/evaluate/gate-rules.ts'
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

/** Of the model that is learned: what its versions were worth, and of which clips the live one is wrong. */
export async function versionFigures(options: {
  dataDir: string
  clock: Clock
  archive: RunArchive
  /** Null: nothing is learned. */
  model: string | null
}): Promise<{ curve: CurvePoint[]; mistakes: Omit<Mistake, 'inQueue'>[] }> {
  const { dataDir, archive, model } = options
  const found =
    model === null
      ? null
      : await withRegistry(options, async (registry) => {
          const lineages = await registry.versions(model)
          const { live } = registry.state(model)
          const lineage = lineages.find(({ version }) => version === live) ?? null
          return {
            curve: await curveOf({ model, lineages, live, archive }),
            mistakes: await mistakesOfVersion(dataDir, lineage),
          }
        })
  return found ?? { curve: [], mistakes: [] }
}

/** What the settings of learning ask of labelled clips; where they are wrong, as they are unless given. */
export function enoughRules(learning: LearningConfig | undefined): EnoughRules {
  const { validationShare, testShare, folds, gate } =
    learning ?? learningSchema.parse({ model: 'any', labelled: ['any'] })
  const { minClassItems } = gateRulesSchema.safeParse(gate).data ?? gateRulesSchema.parse({})
  return { validationShare, testShare, folds, minClassItems }
}
