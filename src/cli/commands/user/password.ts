import type { Command } from 'commander'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type AccessOptions, chosenPassword, withAccess } from './with-access.ts'

export function userPassword(command: Command): void {
  command
    .addOption(configOption())
    .option('--generate', 'make a password up and print it')
    .addOption(jsonOption())
    .action((name: string, { generate = false, ...options }: AccessOptions & { generate?: boolean }) =>
      withAccess(
        options,
        async ({ users }) => {
          users.get(name)
          const password = await chosenPassword(name, generate)
          const user = await users.change(name, { password })
          if (options.json) return printLine(JSON.stringify(generate ? { ...user, password } : user))
          printLine(`${name} has another password${generate ? `: ${password}` : ''}`)
        },
        { action: 'vireo user password', object: name },
      ),
    )
}
