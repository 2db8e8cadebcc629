import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyBundle } from '../../../src/bundle/copy-bundle.ts'
import { type LoadedBundle, loadBundle } from '../../../src/bundle/load-bundle.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { LearnOptions } from '../job.ts'

/** The bundle that a model of skeletons is when nothing has been learned; null where there is none. */
async function firstOf({
  learning,
  site,
}: Pick<LearnOptions, 'learning' | 'site'>): Promise<LoadedBundle | null> {
  const models = site ?? []
  const named = models.filter(({ name, registry }) => name === learning.model || registry === learning.model)
  for (const { path } of [...named, ...models]) {
    const loaded = path === undefined ? null : await loadBundle(path)
    if (loaded?.bundle.kind === 'skeleton') return loaded
  }
  return null
}

/**
 * The live version of the model, which the next one grows from and has to beat. Where the registry has none, the skeleton
 * model of the configuration becomes it.
 *
 * @throws AppError TRAIN_PLAN where there is none, or the live version is of another kind; MODEL_*, REGISTRY_*
 */
export async function openBase(
  options: Pick<
    LearnOptions,
    'learning' | 'registry' | 'site' | 'onNotice' | 'code' | 'command' | 'compared'
  >,
): Promise<LoadedBundle> {
  const { learning, registry, onNotice, code, command } = options
  const { model } = learning
  const { live } = registry.state(model)
  if (live !== null) {
    const loaded = await loadBundle(registry.dirOf(model, live))
    if (loaded.bundle.kind === 'skeleton') return loaded
    throw new AppError(
      'TRAIN_PLAN',
      `learning.kind: the live version ${live} of ${model} is of kind ${loaded.bundle.kind}; give the model of skeletons another name in learning.model`,
    )
  }
  const first = await firstOf(options)
  if (!first)
    throw new AppError(
      'TRAIN_PLAN',
      `learning.kind: there is no skeleton model to teach: ${model} has no version in the registry, and no model of the configuration is of kind skeleton; add one ({ name: ${model}, path: ./models/skeleton }), or register one (vireo model register)`,
    )
  if (options.compared) return first
  const dir = await mkdtemp(join(tmpdir(), 'vireo-base-'))
  try {
    const { metrics, parent, dataset, version } = first.bundle
    const { dir: renamed } = await copyBundle(first.dir, join(dir, 'bundle'), { name: model })
    const known = (await registry.versions(model)).some((each) => each.version === version)
    if (!known)
      await registry.add(renamed, {
        parent,
        dataset,
        metrics,
        config: { reason: 'the model of the configuration' },
        seed: null,
        code,
        command,
        run: null,
      })
    await registry.promote(model, version, { reason: 'what learning begins with' })
    onNotice?.(
      `${model} ${version} is the model of ${first.dir}: the first version in the registry. Cameras use what is learned with  models: [{ name: ${model}, registry: ${model} }]`,
    )
    return await loadBundle(registry.dirOf(model, version))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
