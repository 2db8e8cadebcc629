import type { Command } from 'commander'
import { pretrainModel } from '../../../../pipelines/learn/learn-model.ts'
import { inputPath } from '../../options/input-path.ts'
import { whole } from '../../options/whole.ts'
import { addStepOptions, presetOption, runStep, type StepOptions } from './run-step.ts'

export function trainPretrain(command: Command): void {
  addStepOptions(command)
    .addOption(presetOption())
    .option('--footage <paths...>', 'videos and folders of videos without labels', inputPath)
    .option('--steps <n>', 'steps of the whole run', whole())
    .action((options: StepOptions) =>
      runStep(options, async (job) => {
        await pretrainModel(job)
        return { trained: `${options.out}/pretrained`, curve: `${options.out}/pretrain.jsonl` }
      }),
    )
}
