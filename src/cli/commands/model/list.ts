import type { Command } from 'commander'
import { listedModels } from '../../../../pipelines/model/list-models.ts'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { errorClass } from '../../../core/errors.ts'
import { modelLines } from '../../model/model-lines.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function modelList(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async ({ config, json }: { config: string; json?: boolean }) => {
      const rows = await listedModels(loadConfigToRead(config))
      for (const row of rows) if ('code' in row) process.exitCode = errorClass(row.code).exitCode
      if (json) return printLine(JSON.stringify(rows))
      printLine(rows.length === 0 ? `${config}: no models` : rows.flatMap(modelLines).join('\n'))
    })
}
