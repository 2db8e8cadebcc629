import type { Command } from 'commander'
import { fineTuneModel } from '../../../../pipelines/learn/learn-model.ts'
import { addStepOptions, epochsOption, presetOption, runStep, type StepOptions } from './run-step.ts'

export function trainFinetune(command: Command): void {
  addStepOptions(command)
    .addOption(presetOption())
    .addOption(epochsOption())
    .action((options: StepOptions) =>
      runStep(options, async (job) => ({
        trained: `${options.out}/trained`,
        ...(await fineTuneModel(job)),
      })),
    )
}
