import type { Command } from 'commander'
import { type PlanOptions, printPlan } from '../../camera/print-plan.ts'
import { cameraOption, configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function configPlan(command: Command): void {
  command
    .addOption(configOption())
    .addOption(cameraOption())
    .option('--from <file>', 'and what a reload from this file would attach, restart and retune')
    .addOption(jsonOption())
    .action(async (options: PlanOptions) => printLine(await printPlan(options)))
}
