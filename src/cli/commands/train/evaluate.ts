import type { Command } from 'commander'
import { predictBoth } from '../../../../pipelines/learn/judge/learn-judge.ts'
import { reportRun } from './report.ts'
import { addStepOptions, nameOption, presetOption, runStep, type StepOptions } from './run-step.ts'

export function trainEvaluate(command: Command): void {
  addStepOptions(command)
    .addOption(presetOption())
    .option('-c, --config <file>', 'compare with the live version in the registry of this configuration')
    .addOption(nameOption('name of the model in the registry'))
    .action((options: StepOptions) =>
      runStep(options, async (job) => {
        await predictBoth(job)
        return reportRun(job)
      }),
    )
}
