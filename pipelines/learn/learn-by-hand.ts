import { readFile, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { learningSchema } from '../../src/config/schema/learning-schema.ts'
import { AppError } from '../../src/core/errors.ts'
import { presentFields } from '../../src/core/present-fields.ts'
import type { ModelRegistry } from '../../src/registry/model-registry.ts'
import { makeFolders } from '../../src/store/make-folders.ts'
import { anyObject, readJson } from '../../src/store/read-json.ts'
import { splitForEver } from '../../src/train/data/frozen-split.ts'
import { type LabelledSet, readFootage, readLabelledSet } from '../../src/train/data/labelled-set.ts'
import { cnnPreset } from '../../src/train/models/presets.ts'
import type { LearnJob, LearnOptions } from './job.ts'
import { presetOf } from './prepare/choose-network.ts'
import { openBackbone } from './prepare/open-backbone.ts'
import { parsePlans } from './run/plans.ts'

/** The section `learning` for steps by hand: nothing of it is required. */
const handPlanSchema = learningSchema.extend({
  model: learningSchema.shape.model.default('model'),
  labelled: z.array(z.string().min(1)).default([]),
})

const planFile = 'plan.json'

/**
 * A run folder for the steps of the loop one by one. The plan is kept in it, so that later steps need not be told
 * again; what they are told then changes it.
 *
 * @throws AppError TRAIN_PLAN naming the field
 */
export async function openHandRun(
  options: Omit<LearnOptions, 'learning' | 'dataDir' | 'registry'> & {
    runDir: string
    plan: Readonly<Record<string, unknown>>
    version?: string
    /** To compare with its live version; null: with the most frequent label. */
    registry: ModelRegistry | null
  },
): Promise<LearnJob> {
  const { runDir, plan, registry, version = '1.0.0' } = options
  const kept = await readKept(runDir)
  const parsed = handPlanSchema.safeParse(presentFields({ ...kept, ...plan }))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new AppError('TRAIN_PLAN', `${issue!.path.join('.') || 'the plan'}: ${issue!.message}`)
  }
  // The head of a frozen backbone is taught once, and validated: nobody asks for a step of cross-validation.
  const learning = parsed.data.freeze === 'backbone' ? { ...parsed.data, folds: 0 as const } : parsed.data
  if (learning.kind === 'skeleton' || learning.kind === 'auto')
    throw new AppError(
      'TRAIN_PLAN',
      `kind: ${learning.kind} is for vireo learn and vireo teach; step by step only models of pictures are taught`,
    )
  const parsedPlans = parsePlans(learning)
  // Who gives the steps one by one wants them all: nothing is decided by how much footage there is.
  const plans = {
    ...parsedPlans,
    pretrain: { ...parsedPlans.pretrain, steps: parsedPlans.pretrain.steps ?? 2000 },
  }
  const preset = learning.network === 'cnn' ? cnnPreset : presetOf({ learning })
  const backbone = await openBackbone(learning)
  // What cannot be read is not kept in the plan.
  const footage = await readFootage(learning.footage)
  makeFolders(runDir)
  const none: LabelledSet = { id: 'none', labels: [], items: [] }
  const set = learning.labelled.length > 0 ? await readLabelledSet(learning.labelled) : none
  const { validationShare: validation, testShare: test } = learning
  const { split, leaks } =
    set === none
      ? { split: { train: [], validation: [], test: [] }, leaks: [] }
      : await splitForEver({
          file: join(runDir, 'split.json'),
          items: set.items,
          shares: { train: 1 - validation - test, validation, test },
          seed: learning.seed,
        })
  await keepPlan(runDir, plan)
  return {
    ...options,
    learning,
    preset,
    backbone,
    plans,
    set,
    split,
    leaks,
    registry,
    version,
    datasets: [],
    corrections: [],
    dataDir: runDir,
    footage,
    champion: registry?.state(learning.model).live ?? null,
    run: {
      id: basename(resolve(runDir)),
      dir: runDir,
      resumed: false,
      step: (_name, work) => work(),
      finish: async () => {},
    },
  }
}

/** Changes the plan that is kept in a run folder. */
export async function keepPlan(runDir: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const plan = { ...(await readKept(runDir)), ...changes }
  await writeFile(join(runDir, planFile), `${JSON.stringify(plan, null, 2)}\n`)
}

async function readKept(runDir: string): Promise<Record<string, unknown>> {
  return readFile(join(runDir, planFile), 'utf8').then(
    (text) => readJson(text, anyObject) ?? {},
    () => ({}),
  )
}
