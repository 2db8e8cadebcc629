import { type CorrectedCount, countCorrected } from '../../src/train/evaluate/corrected-clips.ts'
import type { GateDecision } from '../../src/train/evaluate/gate.ts'
import { type Choice, chooseWay } from './choose/choose-way.ts'
import type { LearnOptions } from './job.ts'
import { announceRun } from './judge/announce-run.ts'
import { crossValidate } from './judge/cross-validate.ts'
import { judgePredictions, keepJudgement, predictBoth, writeRunReport } from './judge/learn-judge.ts'
import { promoteVersion, type RegisteredJob, registerVersion } from './judge/learn-register.ts'
import { exportServed } from './learn-export.ts'
import { fineTuneModel, pretrainModel } from './learn-model.ts'
import { prepareRun } from './prepare/learn-prepare.ts'
import { pruneCache } from './prune-cache.ts'
import { writeSettings } from './run/run-settings.ts'
import { crossValidateBodies, exportBodies, fineTuneBodies, isSkeletonJob } from './skeleton/teach-bodies.ts'

export interface LearnOutcome {
  readonly run: string
  readonly runDir: string
  /** Whether an interrupted run was gone on with. */
  readonly resumed: boolean
  readonly version: string
  readonly result: 'live' | 'shadow' | 'registered' | 'refused'
  readonly decision: GateDecision
  /** The live version when it began; null: there was none. */
  readonly live: string | null
  /** Clips that people corrected since the live version learned. */
  readonly corrected: CorrectedCount
  readonly report: string
  /** Of `kind: auto`: what was taught and why. */
  readonly choice: Choice | null
}

/**
 * The loop, once: footage and labels → pretrain → cross-validate where clips are few → fine-tune → evaluate against the live version → gate → register →
 * promote. What was done is kept in the run's folder: the same call goes on after any interruption.
 *
 * @throws AppError TRAIN_*, MEDIA_*, MODEL_*, STORE_WRITE; TRAIN_STOPPED after `signal`, with all that was done kept
 */
export async function learn(options: LearnOptions): Promise<LearnOutcome> {
  const { learning, choice, crossed } = await chooseWay(options)
  const prepared = await prepareRun({ ...options, learning, ...(crossed !== undefined && { crossed }) })
  const job: RegisteredJob = { ...prepared, registry: options.registry, ...(choice && { choice }) }
  const { run } = job
  await writeSettings(run.dir, options.learning)
  options.onRun?.(run.id)
  await pruneCache(job)
  await announceRun(job)
  await run.step('pretrain', () => pretrainModel(job))
  if (isSkeletonJob(job)) {
    await run.step('cross', () => crossValidateBodies(job))
    await run.step('finetune', () => fineTuneBodies(job))
    await run.step('export', () => exportBodies(job))
  } else {
    await run.step('cross', () => crossValidate(job))
    await run.step('finetune', () => fineTuneModel(job))
    await run.step('export', () => exportServed(job))
  }
  await run.step('predict', () => predictBoth(job))
  const judged = await judgePredictions(job)
  await keepJudgement(job, judged)
  const report = await writeRunReport(job, judged)
  const { decision } = judged
  const corrected = countCorrected(judged.corrected)
  const outcome = {
    run: run.id,
    runDir: run.dir,
    resumed: run.resumed,
    version: job.version,
    decision,
    corrected,
    report,
    live: job.champion,
    choice,
  }
  // What grew in this run; its own footage stays for the next one.
  await pruneCache(job)
  if (!decision.promote) {
    await run.finish()
    return { ...outcome, result: 'refused' }
  }
  await run.step('register', () => registerVersion(job, judged))
  const result = await run.step<LearnOutcome['result']>('promote', () => promoteVersion(job, judged))
  await run.finish()
  return { ...outcome, result }
}
