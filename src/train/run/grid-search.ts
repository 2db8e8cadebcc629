import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { type FineTuneOptions, fineTune } from './fine-tune.ts'
import { type FineTunePlan, type FineTunePlanInput, parseFineTunePlan } from './fine-tune-plan.ts'
import type { TrainedRun } from './run-training.ts'

/** Values to try for some fields of the plan; every combination is tried. */
export type PlanGrid = { readonly [Field in keyof FineTunePlan]?: readonly FineTunePlan[Field][] }

export interface Trial {
  /** What differs from the plan that the grid was laid over. */
  readonly changes: Partial<FineTunePlan>
  /** Of the best epoch. */
  readonly loss: number
  readonly accuracy: number
  readonly stoppedEarly: boolean
}

export interface GridSearch {
  readonly best: FineTunePlan
  readonly weights: Float32Array
  /** In the order in which they were tried. */
  readonly trials: readonly Trial[]
}

/** A grid is small, or it should be another method. */
const mostTrials = 48

/**
 * Trains once for every combination of a small grid, each in a folder of its own under `runDir`, and keeps the one that
 * validates best. A search that was stopped goes on: finished trials are not trained again. `trials.json` holds them all.
 * The test split must not be used here: choosing by it would make its figures meaningless.
 *
 * @throws AppError TRAIN_PLAN when the grid is empty, too large or holds a value that a plan does not take; TRAIN_SPLIT
 *   without footage for validation; and what the training throws.
 */
export async function gridSearch(
  options: Omit<FineTuneOptions, 'plan'> & {
    readonly plan: FineTunePlanInput
    readonly grid: PlanGrid
    /** What trains; fineTune unless told. */
    readonly run?: (options: FineTuneOptions) => Promise<TrainedRun>
  },
): Promise<GridSearch> {
  const { grid, plan: base, runDir, onProgress, run = fineTune, ...rest } = options
  if (rest.validation.items.length === 0)
    throw new AppError('TRAIN_SPLIT', 'a search needs footage for validation: there is none to choose by')
  const combinations = combine(grid)
  const plans = combinations.map((changes) => parseFineTunePlan({ ...base, ...changes }))
  const trials: Trial[] = []
  let best: { plan: FineTunePlan; trial: Trial; weights: Float32Array } | null = null
  for (const [index, changes] of combinations.entries()) {
    const plan = plans[index]!
    const { weights, history, stoppedEarly } = await run({
      ...rest,
      plan,
      runDir: join(runDir, `trial-${String(index + 1).padStart(2, '0')}`),
      onProgress: (progress) =>
        onProgress({
          ...progress,
          done: index * progress.total + progress.done,
          total: combinations.length * progress.total,
          etaS: progress.etaS * (combinations.length - index),
        }),
    })
    const record = history.findLast((one) => one.best)!
    const trial: Trial = {
      changes,
      loss: record.validationLoss!,
      accuracy: record.validationAccuracy!,
      stoppedEarly,
    }
    trials.push(trial)
    if (best === null || isBetter(trial, best.trial, plan.watch)) best = { plan, trial, weights }
    await writeTrials(runDir, trials)
  }
  return { best: best!.plan, weights: best!.weights, trials }
}

function combine(grid: PlanGrid): Partial<FineTunePlan>[] {
  let combinations: Partial<FineTunePlan>[] = [{}]
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

function isBetter(one: Trial, other: Trial, watch: FineTunePlan['watch']): boolean {
  if (watch === 'accuracy' && one.accuracy !== other.accuracy) return one.accuracy > other.accuracy
  return one.loss < other.loss
}

async function writeTrials(runDir: string, trials: readonly Trial[]): Promise<void> {
  const path = join(runDir, 'trials.json')
  await writeFile(`${path}.part`, `${JSON.stringify(trials, null, 2)}\n`)
  await rename(`${path}.part`, path)
}
