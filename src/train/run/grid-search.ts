import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { makeFolders } from '../../store/make-folders.ts'
import { writeWhole } from '../../store/write-whole.ts'
import { type FineTuneOptions, fineTune } from './fine-tune.ts'
import { type FineTunePlan, type FineTunePlanInput, parseFineTunePlan } from './fine-tune-plan.ts'
import type { TrainedRun } from './run-training.ts'

/** Values to try by the path of a field of the plan, such as `augmentation.crop`; every combination is tried. */
export type PlanGrid = Readonly<Record<string, readonly unknown[]>>

export interface Trial {
  /** What differs from the plan that the grid was laid over, by the path of the field. */
  readonly changes: Readonly<Record<string, unknown>>
  /** Its folder, by name. */
  readonly folder: string
  /** Of the best epoch. */
  readonly loss: number
  readonly accuracy: number
  readonly epoch: number
  readonly stoppedEarly: boolean
}

export interface GridSearch {
  readonly best: FineTunePlan
  readonly bestTrial: Trial
  readonly weights: Float32Array
  /** In the order in which they were tried. */
  readonly trials: readonly Trial[]
}

/** A grid is small, or it should be another method. */
const mostTrials = 48

/**
 * Trains once for every combination of a small grid, each in a folder of its own under `runDir`, and keeps the one that
 * validates best. A search that was stopped goes on: finished trials are not trained again, also where the grid has
 * grown since. `trials.json` holds them all. The test split must not be used here: choosing by it would make its
 * figures meaningless.
 *
 * @throws AppError TRAIN_PLAN when the grid is empty, too large or holds a value that a plan does not take; TRAIN_SPLIT
 *   without footage for validation; and what the training throws.
 */
export async function gridSearch(
  options: Omit<FineTuneOptions, 'plan'> & {
    readonly plan: FineTunePlanInput
    readonly grid: PlanGrid
    /** Told of each trial when it is finished. */
    readonly onTrial?: (trial: Trial, index: number, count: number) => void
    /** What trains; fineTune unless told. */
    readonly run?: (options: FineTuneOptions) => Promise<TrainedRun>
  },
): Promise<GridSearch> {
  const { grid, plan: base, runDir, onProgress, onTrial, run = fineTune, ...rest } = options
  const { clock, validation } = rest
  if (validation.items.length === 0)
    throw new AppError('TRAIN_SPLIT', 'a search needs footage for validation: there is none to choose by')
  const combinations = combine(grid)
  const plans = combinations.map((changes) => parseFineTunePlan(withChanges(base, changes)))
  makeFolders(runDir)
  const trials: Trial[] = []
  let best: { plan: FineTunePlan; trial: Trial; weights: Float32Array } | null = null
  for (const [index, changes] of combinations.entries()) {
    const plan = plans[index]!
    const folder = folderOf(plan)
    const beganMs = clock.monoMs()
    const later = plans.slice(index + 1).reduce((sum, other) => sum + lengthRatio(other, plan), 0)
    const { weights, history, stoppedEarly } = await run({
      ...rest,
      plan,
      runDir: join(runDir, folder),
      onProgress(progress) {
        const wholeS = (clock.monoMs() - beganMs) / 1000 + progress.etaS
        onProgress({
          ...progress,
          done: index * progress.total + progress.done,
          total: combinations.length * progress.total,
          etaS: progress.etaS + wholeS * later,
        })
      },
    })
    const record = history.findLast((one) => one.best)!
    const trial: Trial = {
      changes,
      folder,
      loss: record.validationLoss!,
      accuracy: record.validationAccuracy!,
      epoch: record.epoch,
      stoppedEarly,
    }
    trials.push(trial)
    if (best === null || isBetter(trial, best.trial, plan.watch)) best = { plan, trial, weights }
    await writeTrials(runDir, trials)
    onTrial?.(trial, index, combinations.length)
  }
  return { best: best!.plan, bestTrial: best!.trial, weights: best!.weights, trials }
}

function combine(grid: PlanGrid): Record<string, unknown>[] {
  let combinations: Record<string, unknown>[] = [{}]
  for (const [field, values] of Object.entries(grid)) {
    if (values.length === 0) throw new AppError('TRAIN_PLAN', `grid: no values are given for ${field}`)
    combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [field]: value })))
  }
  if (combinations.length > mostTrials)
    throw new AppError(
      'TRAIN_PLAN',
      `grid: ${combinations.length} combinations; at most ${mostTrials} are tried. Give fewer values`,
    )
  return combinations
}

/** The plan with other values at some paths. */
function withChanges(base: FineTunePlanInput, changes: Readonly<Record<string, unknown>>): FineTunePlanInput {
  const plan: Record<string, unknown> = { ...base }
  for (const [path, value] of Object.entries(changes)) {
    const [field, inner] = path.split('.') as [string, string?]
    plan[field] = inner === undefined ? value : { ...(plan[field] as object | undefined), [inner]: value }
  }
  return plan as FineTunePlanInput
}

/** The same for the same plan, whatever the grid around it is. */
function folderOf(plan: FineTunePlan): string {
  return `trial-${createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 12)}`
}

/** How much longer one plan trains than another, as far as the plans tell. */
function lengthRatio(one: FineTunePlan, other: FineTunePlan): number {
  if (one.steps !== null && other.steps !== null) return one.steps / other.steps
  if (one.steps !== null || other.steps !== null) return 1
  return one.epochs !== null && other.epochs !== null ? one.epochs / other.epochs : 1
}

function isBetter(one: Trial, other: Trial, watch: FineTunePlan['watch']): boolean {
  if (watch === 'accuracy' && one.accuracy !== other.accuracy) return one.accuracy > other.accuracy
  return one.loss < other.loss
}

async function writeTrials(runDir: string, trials: readonly Trial[]): Promise<void> {
  await writeWhole({ path: join(runDir, 'trials.json'), content: `${JSON.stringify(trials, null, 2)}\n` })
}
