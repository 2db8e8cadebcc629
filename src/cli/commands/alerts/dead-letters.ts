import type { Command } from 'commander'
import { loadConfigToRead } from '../../../config/load-to-read.ts'
import { cleanLine } from '../../../core/text/clean-text.ts'
import { everyItem } from '../../../store/every-item.ts'
import { openDeadLetters } from '../../../store/tables/dead-letters.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function alertsDeadLetters(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption('one event a line'))
    .action((options: { config: string; json?: boolean }) => {
      const reader = openDeadLetters(loadConfigToRead(options.config).dataDir)
      try {
        for (const letter of everyItem((request) => reader.list(request))) {
          const { setAsideMs, sink, key, attributes, reason } = letter
          const line = `${new Date(setAsideMs).toISOString()}  ${sink}  ${key}  ${attributes.type}  ${cleanLine(reason)}`
          printLine(options.json ? JSON.stringify(letter) : line)
        }
      } finally {
        reader.close()
      }
    })
}
