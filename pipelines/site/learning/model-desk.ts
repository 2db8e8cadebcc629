import type { Config } from '../../../src/config/schema.ts'
import type { Clock } from '../../../src/core/clock.ts'
import { AppError } from '../../../src/core/errors.ts'
import type {
  DisagreementPage,
  LearningPort,
  ModelDetail,
  ModelEntry,
  VersionEntry,
} from '../../../src/http/learning-port.ts'
import type { Lineage } from '../../../src/registry/lineage.ts'
import type { ModelRegistry } from '../../../src/registry/model-registry.ts'
import type { RunArchive } from './run-archive.ts'
import { curveOf, withRegistry } from './version-figures.ts'

export type ModelDesk = Pick<
  LearningPort,
  'models' | 'model' | 'promote' | 'rollback' | 'dismiss' | 'disagreements'
>

const iso = (ms: number) => new Date(ms).toISOString()
const mostHistory = 200

/** Versions of models, and which of them is live: shown, and changed with the checks of the command line. */
export function createModelDesk(options: {
  dataDir: string
  current: () => Config
  archive: RunArchive
  clock: Clock
  /** Told of what was decided. */
  changed: (model: string, state: 'promoted' | 'rolled_back') => void
}): ModelDesk {
  const { dataDir, current, archive, clock, changed } = options
  const entryOf = async (registry: ModelRegistry, name: string): Promise<ModelEntry> => {
    const { live, previous, shadow } = registry.state(name)
    const { models, learning } = current()
    return {
      name,
      live,
      previous,
      shadow,
      versions: (await registry.versions(name)).length,
      serves: models.some(({ registry: registered }) => registered === name),
      learned: learning?.model === name,
    }
  }
  const detailOf = async (registry: ModelRegistry, name: string): Promise<ModelDetail> => {
    const lineages = await registry.versions(name)
    if (lineages.length === 0) throw new AppError('API_NOT_FOUND', `the registry has no model ${name}`)
    const entry = await entryOf(registry, name)
    const history = registry
      .history(name)
      .slice(-mostHistory)
      .reverse()
      .map(({ atMs, action, version, who, reason, details }) => ({
        at: iso(atMs),
        action,
        version,
        who,
        reason,
        details,
      }))
    const curve = await curveOf({ model: name, lineages, live: entry.live, archive })
    return { ...entry, lineage: lineages.map(versionOf), history, curve }
  }
  const change = async (
    name: string,
    who: string,
    work: (registry: ModelRegistry) => Promise<unknown>,
  ): Promise<ModelDetail> => {
    const done = await withRegistry({ dataDir, clock, who }, async (registry) => {
      if ((await registry.versions(name)).length === 0)
        throw new AppError('API_NOT_FOUND', `the registry has no model ${name}`)
      await work(registry)
      return await detailOf(registry, name)
    })
    if (done) return done
    throw new AppError('API_NOT_FOUND', `the registry has no model ${name}`)
  }
  return {
    async models() {
      const found = await withRegistry({ dataDir, clock }, async (registry) => {
        const names = await registry.models()
        return await Promise.all(names.sort().map((name) => entryOf(registry, name)))
      })
      return (found ?? []).filter(({ versions }) => versions > 0)
    },
    model: (name) => change(name, 'vireo run', async () => {}),
    async promote(name, { version, reason = 'promoted by hand', now = false, who }) {
      const detail = await change(name, who, async (registry) => {
        const shadows = !now && registry.isAttended(name) && registry.state(name).live !== null
        await (shadows ? registry.shadow : registry.promote)(name, version, { reason })
      })
      changed(name, 'promoted')
      return detail
    },
    async rollback(name, { to, reason = 'rolled back by hand', who }) {
      const detail = await change(name, who, (registry) =>
        registry.rollback(name, { reason }, to === undefined ? {} : { to }),
      )
      changed(name, 'rolled_back')
      return detail
    },
    async dismiss(name, { version, reason = 'dismissed by hand', who }) {
      const detail = await change(name, who, async (registry) => registry.dismiss(name, version, { reason }))
      changed(name, 'rolled_back')
      return detail
    },
    async disagreements(name, { limit, cursor }) {
      const page = await withRegistry({ dataDir, clock }, async (registry) =>
        registry.disagreements.list(
          { model: name },
          { limit, ...(cursor === undefined ? {} : { after: cursor }) },
        ),
      )
      const items = (page?.items ?? []).map(
        ({ atMs, firstArrivalMs, cameraId, label, ...each }): DisagreementPage['items'][number] => ({
          at: iso(atMs),
          startedAt: iso(firstArrivalMs),
          cameraId,
          label,
          liveVersion: each.liveVersion,
          shadowVersion: each.shadowVersion,
          liveScore: each.liveScore,
          shadowScore: each.shadowScore,
          liveLabels: each.liveLabels,
          shadowLabels: each.shadowLabels,
        }),
      )
      return { items, next: page?.next ?? null }
    },
  }
}

function versionOf(lineage: Lineage): VersionEntry {
  const {
    version,
    parent,
    createdMs,
    createdBy,
    dataset,
    datasets = [],
    seed,
    code,
    command,
    run,
    metrics,
  } = lineage
  const createdAt = iso(createdMs)
  return { version, parent, createdAt, createdBy, dataset, datasets, seed, code, command, run, metrics }
}
