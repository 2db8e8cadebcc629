import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { copyBundle } from '../../../src/bundle/copy-bundle.ts'
import { loadBundle } from '../../../src/bundle/load-bundle.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { ModelRegistry } from '../../../src/registry/model-registry.ts'
import { readTrainedModel, trainedModelFiles } from '../../../src/train/export/trained-model.ts'
import { parentOf } from '../bundle-card.ts'
import type { LearnJob } from '../job.ts'
import { servedDir, trainedDir } from '../job.ts'
import { trainedBundleDir } from '../learn-imported.ts'
import { unseenFileName } from './cross-folds.ts'
import type { Judged } from './learn-judge.ts'

export type RegisteredJob = LearnJob & { readonly registry: ModelRegistry }

/** Puts the version into the registry, with weights to go on from and the report. */
export async function registerVersion(job: RegisteredJob, { metrics }: Judged): Promise<void> {
  const { registry, learning, run, set, champion, datasets, code, command } = job
  if (await isOurs(job)) return
  const dir = servedDir(job)
  const { bundle } = await loadBundle(dir)
  const judged = await copyBundle(dir, join(run.dir, 'registered'), {
    metrics: { ...bundle.metrics, ...metrics },
    parent: parentOf(job),
  })
  const trained = await trainedFiles(job)
  const files = Object.fromEntries(
    Object.entries(trained).map(([name, bytes]) => [`training/${name}`, bytes] as const),
  )
  await registry.add(
    judged.dir,
    {
      parent: champion,
      dataset: set.id,
      ...(datasets.length > 0 && { datasets: [...datasets] }),
      config: JSON.parse(JSON.stringify(learning)) as Record<string, unknown>,
      seed: learning.seed,
      code,
      metrics: judged.bundle.metrics,
      command,
      run: run.id,
    },
    { ...files, 'report.html': await readFile(join(run.dir, 'report.html')) },
  )
}

/** What later runs go on from, besides the bundle that serves. */
async function trainedFiles(job: LearnJob): Promise<Record<string, Uint8Array>> {
  const unseen = await readFile(join(job.run.dir, unseenFileName)).catch(() => null)
  // Its weights stand in the graph that serves.
  if (job.skeleton) return unseen ? { [unseenFileName]: unseen } : {}
  if (!job.backbone) {
    const trained = trainedModelFiles(await readTrainedModel(trainedDir(job)))
    return { ...trained, ...(unseen && { [unseenFileName]: unseen }) }
  }
  const kept = unseen ? { [unseenFileName]: unseen } : {}
  // The graph that serves is the one that was trained, unless it was quantised.
  if (job.learning.quantize === 'none') return kept
  const { dir, bundle } = await loadBundle(trainedBundleDir(job))
  const names = ['bundle.json', ...bundle.files.map(({ path }) => path)]
  const read = names.map(async (name) => [name, await readFile(join(dir, name))] as const)
  return { ...kept, ...Object.fromEntries(await Promise.all(read)) }
}

/** Makes it live: at once where nobody serves the model, else after its shadow. Old versions are removed. */
export async function promoteVersion(
  job: RegisteredJob,
  judged: Judged,
): Promise<'live' | 'shadow' | 'registered'> {
  const { registry, learning, version, run } = job
  const { model } = learning
  const gain = judged.comparison.macroF1
  const reason = `run ${run.id}: macro F1 ${gain.challenger.toFixed(3)} against ${gain.champion.toFixed(3)} of ${judged.comparison.champion.name}`
  const why = { reason, details: { run: run.id, metrics: judged.metrics } }
  const result = await promote()
  await registry.collect(model, learning.keepVersions)
  return result

  async function promote() {
    const { live, shadow } = registry.state(model)
    if (live === version) return 'live'
    if (shadow === version) return 'shadow'
    if (learning.promote === 'no') return 'registered'
    if (live !== null && registry.isAttended(model)) {
      await registry.shadow(model, version, why)
      return 'shadow'
    }
    await registry.promote(model, version, why)
    return 'live'
  }
}

/** Whether this run put the version there before it was interrupted. @throws AppError REGISTRY_EXISTS */
async function isOurs({ registry, learning, version, run }: RegisteredJob): Promise<boolean> {
  const known = (await registry.versions(learning.model)).find((each) => each.version === version)
  if (!known) return false
  if (known.run === run.id) return true
  throw new AppError(
    'REGISTRY_EXISTS',
    `model ${learning.model}: ${version} was registered by something else while the run ${run.id} went on`,
  )
}
