import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import { datasetToCoco } from '../../../review/dataset-coco.ts'
import { datasetToCsv } from '../../../review/dataset-csv.ts'
import { datasetToCvat } from '../../../review/dataset-cvat.ts'
import { readDataset } from '../../../review/dataset-reference.ts'
import { choice } from '../../options/choice.ts'
import { backgroundOption, configOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { openFolder } from './open-folder.ts'

const writers = { csv: datasetToCsv, coco: datasetToCoco, cvat: datasetToCvat }
const formats = ['csv', 'coco', 'cvat'] as const

interface Options {
  config: string
  to: string
  background: string
  format: (typeof formats)[number]
}

export function datasetExport(command: Command): void {
  command
    .requiredOption('--to <file>', 'file to write')
    .addOption(configOption())
    .addOption(backgroundOption())
    .option('--format <format>', 'csv, coco or cvat', choice(formats), 'csv')
    .action(async (version: string, { config, to, background, format }: Options) => {
      const manifest = readDataset(openFolder(config), version)
      const text = await writers[format](manifest, { background })
      await writeFile(to, text).catch((cause: Error) => {
        throw new AppError('API_BAD_REQUEST', `--to ${to}: cannot be written (${cause.message})`, { cause })
      })
      printLine(to)
    })
}
