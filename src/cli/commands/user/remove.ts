import type { Command } from 'commander'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type AccessOptions, withAccess } from './with-access.ts'

export function userRemove(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .action((name: string, options: AccessOptions) =>
      withAccess(
        options,
        ({ users }) => {
          users.remove(name)
          printLine(options.json ? JSON.stringify({ removed: name }) : `${name} is removed`)
        },
        { action: 'vireo user remove', object: name },
      ),
    )
}
