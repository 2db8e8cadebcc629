import type { Command } from 'commander'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { openFolder } from './open-folder.ts'

export function datasetList(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption('one dataset a line'))
    .action(({ config, json }: { config: string; json?: boolean }) => {
      for (const each of openFolder(config).list()) {
        const versions = each.versions.map((version) => `v${version}`).join(' ')
        printLine(json ? JSON.stringify(each) : `${each.name}  ${versions}`)
      }
    })
}
