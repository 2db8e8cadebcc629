import type { Command } from 'commander'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type AccessOptions, withAccess } from './with-access.ts'

export function userList(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .action((options: AccessOptions) =>
      withAccess(options, ({ users }) => {
        const all = users.list()
        if (options.json) return printLine(JSON.stringify(all))
        if (all.length === 0) return printLine('no users yet; the first start of vireo run makes an admin')
        for (const { name, role, cameras, origin } of all)
          printLine(
            `${name.padEnd(20)} ${role.padEnd(9)} ${cameras ? cameras.join(', ') || 'no camera' : 'all cameras'}${origin === 'config' ? '  (configuration)' : ''}`,
          )
      }),
    )
}
