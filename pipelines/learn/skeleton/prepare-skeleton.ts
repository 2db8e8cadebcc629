import { AppError } from '../../../src/core/errors.ts'
import { meansNothing } from '../../../src/core/text/nothing-labels.ts'
import { sameLabel } from '../../../src/core/text/same-label.ts'
import type { LabelledSet } from '../../../src/train/data/labelled-set.ts'
import { readSkeletonNet } from '../../../src/train/export/read-skeleton-net.ts'
import { growLabels } from '../../../src/train/models/grow-labels.ts'
import { cnnPreset } from '../../../src/train/models/presets.ts'
import { parseFineTunePlan } from '../../../src/train/run/fine-tune-plan.ts'
import type { LearnJob, LearnOptions } from '../job.ts'
import { labelledFootage } from '../labelled-footage.ts'
import { openRun } from '../run/open-run.ts'
import { parsePlans } from '../run/plans.ts'
import { openBodyFinder } from './find-bodies.ts'
import { openBase } from './open-base.ts'
import { pruneBodies, readBodies } from './read-bodies.ts'
import { type SkeletonTeaching, shapeOf } from './skeleton-teaching.ts'
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
  const net = await readSkeletonNet(base)
  const known = base.bundle.labels.map(({ name }) => name)
  const footage = await labelledFootage({
    sources: given.labelled,
    dataDir,
    onNotice: options.onNotice,
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
  const added = set.labels.filter((label) => label !== none && !known.includes(label))
  const calm = base.bundle.labels.flatMap(({ name, background }) => (background ? [name] : []))
  const skeleton: SkeletonTeaching = {
    base,
    from: growLabels(net, added),
    none,
    quiet: [...new Set([...calm, ...learning.background, ...(none === null ? [] : [none])])],
    shape,
    bodies,
  }
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

interface Known {
  readonly known: readonly string[]
  readonly hasCalm: boolean
  readonly background: readonly string[]
}

/** Labels of the footage in the model's own spelling; those that mean nothing are one. */
function withKnownLabels(
  set: LabelledSet,
  { known, hasCalm, background }: Known,
): { set: LabelledSet; none: string | null } {
  const isNone = (label: string) => !known.includes(label) && (meansNothing(label) || label === background[0])
  const none = hasCalm ? (set.labels.find(isNone) ?? null) : null
  const nameOf = (label: string) => {
    if (none !== null && isNone(label)) return none
    const own = known.find((name) => sameLabel(name, label))
    // Two labels of the footage that mean the same stay apart: somebody wants to tell them from each other.
    const alike = set.labels.filter((other) => own !== undefined && sameLabel(own, other))
    return own !== undefined && (label === own || alike.length === 1) ? own : label
  }
  const items = set.items.map((item) => ({ ...item, label: nameOf(item.label) }))
  const labels = [...new Set(items.map(({ label }) => label))].sort()
  return { set: { ...set, items, labels }, none }
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
