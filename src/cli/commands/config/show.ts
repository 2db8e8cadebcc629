import type { Command } from 'commander'
import { stringify } from 'yaml'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { redactConfig } from '../../../config/redact.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function configShow(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .action(({ config, json }: { config: string; json?: boolean }) => {
      const shown = redactConfig(loadConfigToRead(config))
      printLine(json ? JSON.stringify(shown) : stringify(shown).trimEnd())
    })
}
