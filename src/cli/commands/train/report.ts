import type { Command } from 'commander'
import type { LearnJob } from '../../../../pipelines/learn/job.ts'
import { judgePredictions, writeRunReport } from '../../../../pipelines/learn/judge/learn-judge.ts'
import { addStepOptions, presetOption, runStep, type StepOptions } from './run-step.ts'

export function trainReport(command: Command): void {
  addStepOptions(command)
    .addOption(presetOption())
    .action((options: StepOptions) => runStep(options, reportRun))
}

/** Judges what was measured, and writes the report of it. */
export async function reportRun(job: LearnJob): Promise<Record<string, unknown>> {
  const judged = await judgePredictions(job)
  const path = await writeRunReport(job, judged)
  return { report: path, promote: judged.decision.promote, ...judged.metrics }
}
