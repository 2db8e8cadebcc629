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
          const tokens = users.remove(name)
          if (options.json) return printLine(JSON.stringify({ removed: name, tokens }))
          const also = tokens.length === 0 ? '' : `, with the tokens ${tokens.join(', ')} that this user made`
          printLine(`${name} is removed${also}`)
        },
        { action: 'vireo user remove', object: name },
      ),
    )
}
