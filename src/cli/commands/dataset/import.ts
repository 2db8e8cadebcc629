import type { Command } from 'commander'
import { importDataset } from '../../../../pipelines/site/dataset.ts'
import { knownLabels } from '../../../../pipelines/site/known-labels.ts'
import { loadConfig } from '../../../config/load.ts'
import { decimal } from '../../options/decimal.ts'
import { inputPath } from '../../options/input-path.ts'
import { backgroundOption, jsonOption } from '../../options/usual-options.ts'
import { addBuildOptions, type BuildOptions, datasetOptions } from './build-options.ts'
import { printDataset } from './describe-dataset.ts'

interface Options extends BuildOptions {
  background: string
  root?: string
  fps?: number
  new?: boolean
}

export function datasetImport(command: Command): void {
  command.registeredArguments[0]!.argParser(inputPath)
  addBuildOptions(command)
    .addOption(backgroundOption())
    .option('--root <folder>', "where relative paths start; the source's folder unless given")
    .option('--fps <n>', 'frame rate of the tracks in a CVAT file', decimal({ above: 0, most: 1000 }))
    .option('--new', 'labels may be new: no model and no dataset has them yet')
    .addOption(jsonOption('as JSON'))
    .action(async (source: string, options: Options) => {
      const { background, root, fps, json } = options
      const known = options.new ? [] : knownLabels(loadConfig(options.config), { nowMs: Date.now })
      const manifest = await importDataset({
        ...datasetOptions(options),
        source,
        background,
        known,
        ...(root === undefined ? {} : { root }),
        ...(fps === undefined ? {} : { fps }),
        onProgress: json ? () => {} : progress(),
      })
      printDataset(manifest, json)
    })
}

/** Says at every twentieth video how far it is. */
function progress(): (done: number, total: number) => void {
  const startedMs = performance.now()
  return (done, total) => {
    if (done % 20 !== 0 && done !== total) return
    const leftS = (((performance.now() - startedMs) / done) * (total - done)) / 1000
    process.stderr.write(`${done}/${total} read, ${Math.ceil(leftS)} s left\n`)
  }
}
