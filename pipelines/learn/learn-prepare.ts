import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalJson } from '../../src/config/config-hash.ts'
import type { LearningConfig } from '../../src/config/schema/learning-schema.ts'
import { learningDir, runsDir, segmentsDir } from '../../src/core/data-dir.ts'
import { AppError } from '../../src/core/errors.ts'
import type { ModelRegistry } from '../../src/registry/model-registry.ts'
import type { DatasetManifest } from '../../src/review/dataset-manifest.ts'
import type { CachedVideo } from '../../src/train/data/clip-cache.ts'
import { splitForEver } from '../../src/train/data/frozen-split.ts'
import { type LabelledSet, readFootage } from '../../src/train/data/labelled-set.ts'
import type { Correction } from '../../src/train/evaluate/corrected-clips.ts'
import { type GateRules, gateRulesSchema } from '../../src/train/evaluate/gate-rules.ts'
import { splitSides } from '../../src/train/evaluate/split-by-group.ts'
import { modelFile, readTrainedModel, type TrainedModel } from '../../src/train/export/trained-model.ts'
import { isCnn, type Network } from '../../src/train/models/presets.ts'
import { parseFineTunePlan } from '../../src/train/run/fine-tune-plan.ts'
import {
  type ParsedPretrainPlan,
  parsePretrainPlan,
  pretrainSteps,
} from '../../src/train/run/pretrain-plan.ts'
import { openRunFolder } from '../../src/train/run/run-folder.ts'
import { chooseNetwork, cnnFineTuning, presetOf } from './choose-network.ts'
import { correctionsSince, datasetName } from './corrections.ts'
import type { LearnJob, LearnOptions } from './job.ts'
import { labelledFootage } from './labelled-footage.ts'
import { openBackbone } from './open-backbone.ts'

const mostSegments = 200

/** Reads plans and footage, splits it for ever, and opens the run: everything that can be refused, first. */
export async function prepareRun(options: LearnOptions): Promise<LearnJob> {
  const { dataDir, registry, clock } = options
  // What is wrong in the settings is told before footage is read.
  if (options.learning.network !== 'cnn') presetOf(options)
  const wanted = parsePlans(options.learning)
  const backbone = await openBackbone(options.learning)
  const none = options.learning.background[0] ?? 'background'
  const { set, sides, versions, hasNone } = await labelledFootage({
    sources: options.learning.labelled,
    dataDir,
    onNotice: options.onNotice,
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
  const finetune = isCnn(preset)
    ? { ...cnnFineTuning, ...options.learning.finetune }
    : options.learning.finetune
  const learning = { ...options.learning, background, sampleFps, finetune }
  plans.finetune = parseFineTunePlan(finetune)
  const unknown = learning.background.find((label) => !set.labels.includes(label))
  if (unknown !== undefined)
    throw new AppError(
      'TRAIN_DATA',
      `learning.background: no footage is labelled "${unknown}"; there are: ${set.labels.join(', ')}`,
    )
  const { validationShare: validation, testShare: test } = learning
  const { split, leaks } = await splitForEver({
    file: join(learningDir(dataDir), learning.model, 'split.json'),
    items: set.items,
    shares: { train: 1 - validation - test, validation, test },
    seed: learning.seed,
    given: sides,
  })
  // What only decides how fast or when is no part of what the result is.
  const {
    schedule: _s,
    threads: _t,
    niceness: _n,
    pauseAbove: _p,
    cache: _c,
    provider: _v,
    ...decisive
  } = learning
  const identity = createHash('sha256')
    .update(canonicalJson([decisive, set.id, preset, ...(backbone ? [backbone.bundle.files] : [])]))
    .digest('hex')
    .slice(0, 16)
  const run = await openRunFolder({ runsDir: runsDir(dataDir), model: learning.model, identity, clock })
  const begun = await run.step('begin', async () => ({
    champion: registry.state(learning.model).live,
    version: await registry.nextVersion(learning.model),
    footage: more,
  }))
  const datasets = versions.map(datasetName)
  const corrections = await correctionsOf({ ...options, ...begun, versions, split })
  return {
    ...options,
    learning,
    run,
    set,
    split,
    leaks,
    preset,
    backbone,
    plans,
    datasets,
    corrections,
    ...begun,
  }
}

/** The corrected clips that there is footage of, with the sides that they are on. */
async function correctionsOf(
  options: Pick<LearnOptions, 'learning' | 'dataDir' | 'registry'> &
    Pick<LearnJob, 'champion' | 'split'> & { versions: readonly DatasetManifest[] },
): Promise<Correction[]> {
  const { learning, dataDir, registry, champion, split, versions } = options
  const learned = champion === null ? [] : ((await registry.lineage(learning.model, champion)).datasets ?? [])
  const sideOf = new Map(splitSides.flatMap((side) => split[side].map(({ id }) => [id, side] as const)))
  return correctionsSince({ dataDir, versions, learned }).flatMap((correction) => {
    const side = sideOf.get(correction.id)
    return side === undefined ? [] : [{ ...correction, side }]
  })
}

/** @throws AppError TRAIN_PLAN naming the first wrong field */
export function parsePlans({ pretrain, finetune, gate }: LearningConfig) {
  return {
    pretrain: parsePretrainPlan(pretrain),
    finetune: parseFineTunePlan(finetune),
    gate: parseGate(gate),
  }
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

function parseGate(rules: Readonly<Record<string, unknown>>): GateRules {
  const parsed = gateRulesSchema.strict().safeParse(rules)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError('TRAIN_PLAN', `gate: ${issue!.path.join('.') || 'the rules'}: ${issue!.message}`)
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
