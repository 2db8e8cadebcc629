import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadBundle } from '../../../src/bundle/load-bundle.ts'
import { segmentsDir } from '../../../src/core/data-dir.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { ModelRegistry } from '../../../src/registry/model-registry.ts'
import type { CachedVideo } from '../../../src/train/data/clip-cache.ts'
import { type LabelledSet, readFootage } from '../../../src/train/data/labelled-set.ts'
import { modelFile, readTrainedModel, type TrainedModel } from '../../../src/train/export/trained-model.ts'
import { isCnn, type Network } from '../../../src/train/models/presets.ts'
import { parseFineTunePlan } from '../../../src/train/run/fine-tune-plan.ts'
import {
  type ParsedPretrainPlan,
  type parsePretrainPlan,
  pretrainSteps,
} from '../../../src/train/run/pretrain-plan.ts'
import type { LearnJob, LearnOptions } from '../job.ts'
import { openRun } from '../run/open-run.ts'
import { parsePlans } from '../run/plans.ts'
import { prepareSkeletonRun } from '../skeleton/prepare-skeleton.ts'
import { chooseNetwork, cnnFineTuning, headFineTuning, presetOf } from './choose-network.ts'
import { labelledFootage } from './labelled-footage.ts'
import { openBackbone } from './open-backbone.ts'

const mostSegments = 200

/** Reads plans and footage, splits it for ever, and opens the run: everything that can be refused, first. */
export async function prepareRun(options: LearnOptions): Promise<LearnJob> {
  if (options.learning.kind === 'skeleton') return prepareSkeletonRun(options)
  await refuseSkeletons(options)
  const { dataDir, registry } = options
  // What is wrong in the settings is told before footage is read.
  if (options.learning.network !== 'cnn') presetOf(options)
  const wanted = parsePlans(options.learning)
  const backbone = await openBackbone(options.learning)
  const none = options.learning.background[0] ?? 'background'
  const { set, sides, versions, hasNone } = await labelledFootage({
    sources: options.learning.labelled,
    dataDir,
    ...(options.onNotice && { onNotice: options.onNotice }),
    background: none,
  })
  // What people rejected must never alert, also where nobody named a label for it.
  const background = hasNone
    ? [...new Set([none, ...options.learning.background])]
    : options.learning.background
  const more = await footageOf(options)
  const { preset, sampleFps } = await chooseNetwork({
    learning: options.learning,
    videos: set.items,
    pretrained: wanted.pretrain.steps !== null && wanted.pretrain.steps > 0,
    more: more.length,
    live: await trainedVersion(registry, options.learning.model),
  })
  const plans = { ...wanted, pretrain: withSteps(wanted.pretrain, { preset, set, more: more.length }) }
  const usual = options.learning.freeze === 'backbone' ? headFineTuning : isCnn(preset) ? cnnFineTuning : {}
  const finetune = { ...usual, ...options.learning.finetune }
  const learning = { ...options.learning, background, sampleFps, finetune }
  plans.finetune = parseFineTunePlan(finetune)
  const unknown = learning.background.find((label) => !set.labels.includes(label))
  if (unknown !== undefined)
    throw new AppError(
      'TRAIN_DATA',
      `learning.background: no footage is labelled "${unknown}"; there are: ${set.labels.join(', ')}`,
    )
  return openRun({
    ...options,
    learning,
    set,
    sides,
    versions,
    preset,
    backbone,
    plans,
    footage: more,
    decisive: [preset, ...(backbone ? [backbone.bundle.files] : [])],
  })
}

/** Steps of pretraining that footage and network ask for, where the plan does not say. */
function withSteps(
  plan: ReturnType<typeof parsePretrainPlan>,
  { preset, set, more }: { preset: Network; set: LabelledSet; more: number },
): ParsedPretrainPlan {
  if (isCnn(preset)) return { ...plan, steps: 0 }
  return { ...plan, steps: plan.steps ?? pretrainSteps(set.items.length, more) }
}

/** What the live version was trained as, where this loop made it. */
async function trainedVersion(registry: ModelRegistry, model: string): Promise<TrainedModel | null> {
  const { live } = registry.state(model)
  if (live === null) return null
  const dir = join(registry.dirOf(model, live), 'training')
  return existsSync(join(dir, modelFile)) ? readTrainedModel(dir) : null
}

/** Footage for pretraining besides the labelled one: what is configured, and recorded segments spread over time. */
async function footageOf({ learning, dataDir }: LearnOptions): Promise<CachedVideo[]> {
  const given = await readFootage(learning.footage)
  const recorded = segmentsDir(dataDir)
  if (!learning.recordings || !existsSync(recorded)) return given
  const segments = await readFootage([recorded])
  const every = Math.max(1, segments.length / mostSegments)
  return [...given, ...segments.filter((_, at) => Math.floor(at / every) !== Math.floor((at - 1) / every))]
}

/** @throws AppError TRAIN_PLAN where the live version looks at keypoints, not at pictures */
async function refuseSkeletons({ learning, registry }: LearnOptions): Promise<void> {
  const { live } = registry.state(learning.model)
  if (live === null) return
  const loaded = await loadBundle(registry.dirOf(learning.model, live)).catch(() => null)
  if (loaded?.bundle.kind !== 'skeleton') return
  throw new AppError(
    'TRAIN_PLAN',
    `learning.kind: ${learning.model} ${live} is a model of skeletons; set kind: skeleton, or give what looks at pictures another name in learning.model`,
  )
}
