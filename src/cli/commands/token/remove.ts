import type { Command } from 'commander'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type AccessOptions, withAccess } from '../user/with-access.ts'

export function tokenRemove(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .action((name: string, options: AccessOptions) =>
      withAccess(
        options,
        ({ tokens }) => {
          const token = tokens.remove(name)
          printLine(options.json ? JSON.stringify(token) : `${token.name} opens nothing any more`)
        },
        { action: 'vireo token remove', object: name },
      ),
    )
}
