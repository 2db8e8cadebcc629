import { type Command, Option } from 'commander'
import type { DatasetOptions } from '../../../../pipelines/site/dataset.ts'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { type DatasetShares, datasetShares } from '../../options/dataset-shares.ts'
import { configOption } from '../../options/usual-options.ts'
import { whole } from '../../options/whole.ts'

/** Options of the commands that make a version. */
export interface BuildOptions {
  config: string
  name: string
  seed: number
  shares: DatasetShares
  json?: boolean
}

const usualShares = '0.7,0.15,0.15'

export function addBuildOptions(command: Command): Command {
  return command
    .addOption(configOption())
    .option('--name <name>', 'name of the dataset', 'site')
    .option('--seed <n>', 'seed of the split of new groups', whole({ least: 0 }), 1)
    .addOption(
      new Option('--shares <a,b,c>', 'shares of train, validation and test')
        .argParser(datasetShares)
        .default(datasetShares(usualShares), usualShares),
    )
}

export function datasetOptions({ config, name, seed, shares }: BuildOptions): DatasetOptions {
  return { dataDir: loadConfigToRead(config).dataDir, name, seed, shares, clock: { nowMs: Date.now } }
}
