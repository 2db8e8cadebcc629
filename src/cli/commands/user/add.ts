import type { Command } from 'commander'
import { type Role, roles } from '../../../core/access/role.ts'
import { choice } from '../../options/choice.ts'
import { list } from '../../options/list.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type AccessOptions, chosenPassword, withAccess } from './with-access.ts'

interface Options extends AccessOptions {
  role: Role
  cameras?: string[]
  generate?: boolean
}

export function userAdd(command: Command): void {
  command
    .addOption(configOption())
    .option('--role <role>', roles.join(', '), choice(roles), 'viewer')
    .option('--cameras <list>', 'ids of the only cameras that the user may see, by commas', list())
    .option('--generate', 'make a password up and print it')
    .addOption(jsonOption())
    .action(async (name: string, { role, cameras, generate = false, ...options }: Options) => {
      const password = await chosenPassword(name, generate)
      await withAccess(
        options,
        async ({ users }) => {
          const user = await users.add({ name, role, cameras: cameras ?? null, password })
          if (options.json) return printLine(JSON.stringify(generate ? { ...user, password } : user))
          printLine(`${user.name} is ${role}${generate ? `, with the password ${password}` : ''}`)
        },
        { action: 'vireo user add', object: name },
      )
    })
}
