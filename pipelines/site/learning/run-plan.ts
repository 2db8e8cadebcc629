import { type LearningConfig, learningSchema } from '../../../src/config/schema/learning-schema.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { RunWish } from '../../../src/http/learning-port.ts'

/** Settings that a request may give: none names a file of this machine. */
const allowed = [
  'kind',
  'network',
  'preset',
  'startFrom',
  'pretrain',
  'finetune',
  'gate',
  'validationShare',
  'testShare',
  'folds',
  'background',
  'viewsPerItem',
  'quantize',
  'promote',
  'recordings',
  'seed',
  'keepVersions',
] as const

const dataset = /^[a-z0-9][a-z0-9-]{0,62}(@v?[1-9]\d{0,8})?$/

/**
 * The settings of a run that somebody wishes for: those of the configuration, what the wish says otherwise, and nothing
 * that names a file.
 *
 * @throws AppError API_BAD_REQUEST, TRAIN_PLAN naming the first wrong field
 */
export function runPlan(wish: RunWish, configured: LearningConfig | undefined): LearningConfig {
  const { what, model, datasets = [], plan = {} } = wish
  const strange = Object.keys(plan).find((field) => !(allowed as readonly string[]).includes(field))
  if (strange !== undefined)
    throw new AppError(
      'API_BAD_REQUEST',
      `plan.${strange}: is not accepted here; accepted: ${allowed.join(', ')}`,
    )
  const wrong = datasets.find((name) => !dataset.test(name))
  if (wrong !== undefined)
    throw new AppError(
      'API_BAD_REQUEST',
      `datasets: "${wrong}" is no dataset; accepted: NAME or NAME@VERSION`,
    )
  const name = model ?? configured?.model
  if (name === undefined)
    throw new AppError(
      'API_BAD_REQUEST',
      'model: give the name of a model (GET /api/v1/learning/choices has them); the configuration has no section learning',
    )
  const labelled = datasets.length > 0 ? datasets.map((each) => `dataset:${each}`) : configured?.labelled
  if (labelled === undefined)
    throw new AppError(
      'API_BAD_REQUEST',
      'datasets: give at least one; the configuration has no section learning',
    )
  const given = { ...configured, ...plan, model: name, labelled }
  const parsed = learningSchema.safeParse({ ...given, ...usualOf(what, given) })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError('TRAIN_PLAN', `plan.${issue!.path.join('.')}: ${issue!.message}`)
}

function usualOf(what: RunWish['what'], given: Partial<LearningConfig>): Partial<LearningConfig> {
  if (what === 'teach') return { kind: 'auto' }
  if (what === 'finetune') return { pretrain: { ...given.pretrain, steps: 0 } }
  return {}
}
