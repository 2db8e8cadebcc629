import type { Command } from 'commander'
import { exportServed } from '../../../../pipelines/learn/learn-export.ts'
import {
  addStepOptions,
  nameOption,
  presetOption,
  runStep,
  type StepOptions,
  versionOption,
} from './run-step.ts'

export function trainExport(command: Command): void {
  addStepOptions(command)
    .addOption(presetOption())
    .addOption(nameOption())
    .addOption(versionOption())
    .action((options: StepOptions) =>
      runStep(options, async (job) => {
        await exportServed(job)
        return { bundle: `${options.out}/served` }
      }),
    )
}
