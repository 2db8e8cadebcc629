import type { Command } from 'commander'
import { type Role, roles } from '../../../core/access/role.ts'
import { choice } from '../../options/choice.ts'
import { list } from '../../options/list.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { whole } from '../../options/whole.ts'
import { printLine } from '../../print-line.ts'
import { type AccessOptions, whoAmI, withAccess } from '../user/with-access.ts'

interface Options extends AccessOptions {
  role: Role
  cameras?: string[]
  days?: number
}

const dayMs = 86_400_000

export function tokenAdd(command: Command): void {
  command
    .addOption(configOption())
    .option('--role <role>', roles.join(', '), choice(roles), 'viewer')
    .option('--cameras <list>', 'ids of the only cameras that it opens, by commas', list())
    .option('--days <n>', 'it ends after so many days', whole({ least: 1, most: 36_500 }))
    .addOption(jsonOption())
    .action((name: string, { role, cameras, days, ...options }: Options) =>
      withAccess(
        options,
        ({ tokens }) => {
          const expiresMs = days === undefined ? null : Date.now() + days * dayMs
          // No user of the console: with such a one his tokens go.
          const createdBy = `cli ${whoAmI()}`
          const made = tokens.add({ name, role, cameras: cameras ?? null, expiresMs, createdBy })
          printLine(options.json ? JSON.stringify({ ...made.token, secret: made.secret }) : made.secret)
        },
        { action: 'vireo token add', object: name },
      ),
    )
}
