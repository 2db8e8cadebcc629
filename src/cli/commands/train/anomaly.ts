import type { Command } from 'commander'
import { exportAnomalyModel } from '../../../../pipelines/learn/export-anomaly-model.ts'
import {
  addStepOptions,
  nameOption,
  presetOption,
  runStep,
  type StepOptions,
  versionOption,
} from './run-step.ts'

export function trainAnomaly(command: Command): void {
  addStepOptions(command)
    .addOption(presetOption())
    .addOption(nameOption())
    .addOption(versionOption())
    .action((options: StepOptions) =>
      runStep(options, async (job) => ({ bundle: (await exportAnomalyModel(job)).dir })),
    )
}
