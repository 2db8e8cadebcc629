import type { Command } from 'commander'
import { readDataset } from '../../../review/dataset-reference.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printDataset } from './describe-dataset.ts'
import { openFolder } from './open-folder.ts'

export function datasetShow(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption('the manifest'))
    .action((version: string, { config, json }: { config: string; json?: boolean }) =>
      printDataset(readDataset(openFolder(config), version), json),
    )
}
