import { AppError } from '../../../src/core/errors.ts'
import type { LabelledSet } from '../../../src/train/data/labelled-set.ts'
import { cnnPreset } from '../../../src/train/models/presets.ts'
import { parseFineTunePlan } from '../../../src/train/run/fine-tune-plan.ts'
import type { LearnJob, LearnOptions } from '../job.ts'
import { labelledFootage } from '../prepare/labelled-footage.ts'
import { openRun } from '../run/open-run.ts'
import { parsePlans } from '../run/plans.ts'
import { openBodyFinder } from './find-bodies.ts'
import { withKnownLabels } from './known-labels.ts'
import { openBase } from './open-base.ts'
import { pruneBodies, readBodies } from './read-bodies.ts'
import { shapeOf, teachingOf } from './skeleton-teaching.ts'
import { skeletonFineTuning } from './teach-bodies.ts'

/** Under so many clips or groups none is set aside: cross-validation judges on all of them. */
const few = { clips: 100, groups: 8 }
const dayMs = 86_400_000

/** As prepareRun, for a model of skeletons. @throws as prepareRun, openBase and readBodies */
export async function prepareSkeletonRun(options: LearnOptions): Promise<LearnJob> {
  const { learning: given, dataDir, site = [], threads, clock } = options
  refuseForeign(given)
  const finetune = { ...skeletonFineTuning, ...given.finetune }
  const { pretrain, gate } = parsePlans(given)
  const plans = { pretrain: { ...pretrain, steps: 0 }, gate, finetune: parseFineTunePlan(finetune) }
  const base = await openBase(options)
  const known = base.bundle.labels.map(({ name }) => name)
  const footage = await labelledFootage({
    sources: given.labelled,
    dataDir,
    ...(options.onNotice && { onNotice: options.onNotice }),
    background: given.background.find((label) => !known.includes(label)) ?? 'background',
  })
  const { set, none } = withKnownLabels(footage.set, {
    known,
    hasCalm: base.bundle.labels.some(({ background }) => background),
    background: given.background,
  })
  const groups = new Set(set.items.map(({ group }) => group)).size
  const isFew = set.items.length < few.clips || groups < few.groups
  const learning = { ...given, finetune, ...(isFew && { validationShare: 0, testShare: 0 }) }
  refuseUseless(set, { groups, none, background: learning.background })
  const shape = shapeOf(base)
  await pruneBodies(dataDir, clock.nowMs() - learning.cache.maxAgeDays * dayMs)
  const bodies = await readBodies({
    ...options,
    videos: set.items,
    shape,
    open: () =>
      openBodyFinder({
        models: site.flatMap(({ name, path, registry }) => {
          const live = registry === undefined ? null : options.registry.state(registry).live
          const at =
            path ?? (registry !== undefined && live !== null ? options.registry.dirOf(registry, live) : null)
          return at === null ? [] : [{ name, path: at }]
        }),
        fps: shape.sampleFps,
        threads,
      }),
  })
  const skeleton = await teachingOf({
    base,
    labels: set.labels,
    none,
    background: learning.background,
    bodies,
  })
  const added = skeleton.from.settings.labels.slice(known.length)
  const job = await openRun({
    ...options,
    ...footage,
    set,
    learning,
    plans,
    // Of footage that another kind of model is judged on.
    preset: cnnPreset,
    backbone: null,
    footage: [],
    decisive: ['skeleton', base.bundle.files],
  })
  const who = [...bodies.values()].filter(({ tracks }) => tracks.length > 0).length
  options.onNotice?.(
    `${set.items.length} labelled clips of ${groups} groups, people were found in ${who}; the skeleton model ${learning.model} ${base.bundle.version} learns ${added.length > 0 ? `${added.join(', ')} and what is new of what it knows` : 'what is new of what it knows'}, among simulated people`,
  )
  return { ...job, skeleton }
}

function refuseForeign({ backbone, quantize, kind }: LearnOptions['learning']): void {
  const refuse = (field: string, why: string) =>
    new AppError('TRAIN_PLAN', `${field}: ${why}; leave it out, or set kind: clip (now: ${kind})`)
  if (backbone !== undefined) throw refuse('backbone', 'is of models that look at pictures')
  if (quantize !== 'none') throw refuse('quantize', 'a skeleton model is small already')
}

function refuseUseless(
  set: LabelledSet,
  { groups, none, background }: { groups: number; none: string | null; background: readonly string[] },
): void {
  const named = set.labels.filter((label) => label !== none)
  if (named.length === 0)
    throw new AppError(
      'TRAIN_LABEL',
      `none of the ${set.items.length} clips shows an action; label some that do`,
    )
  if (groups < 2)
    throw new AppError(
      'TRAIN_SPLIT',
      `all ${set.items.length} clips are of the group "${set.items[0]!.group}"; to judge what was learned, clips of at least two groups (cameras and days, people, source videos) are needed`,
    )
  const unknown = background.find((label) => !set.labels.includes(label) && label !== none)
  if (unknown !== undefined && background[0] !== unknown)
    throw new AppError(
      'TRAIN_DATA',
      `learning.background: no footage is labelled "${unknown}"; there are: ${set.labels.join(', ')}`,
    )
}
