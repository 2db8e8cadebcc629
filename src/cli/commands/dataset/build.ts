import type { Command } from 'commander'
import { buildDatasetVersion } from '../../../../pipelines/site/dataset.ts'
import { jsonOption } from '../../options/usual-options.ts'
import { addBuildOptions, type BuildOptions, datasetOptions } from './build-options.ts'
import { printDataset } from './describe-dataset.ts'

export function datasetBuild(command: Command): void {
  addBuildOptions(command)
    .addOption(jsonOption('as JSON'))
    .action(async (options: BuildOptions) =>
      printDataset(await buildDatasetVersion(datasetOptions(options)), options.json),
    )
}
