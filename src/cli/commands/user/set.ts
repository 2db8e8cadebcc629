import type { Command } from 'commander'
import { type Role, roles } from '../../../core/access/role.ts'
import { AppError } from '../../../core/errors.ts'
import { choice } from '../../options/choice.ts'
import { list } from '../../options/list.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type AccessOptions, withAccess } from './with-access.ts'

interface Options extends AccessOptions {
  role?: Role
  cameras?: string[]
  allCameras?: boolean
}

export function userSet(command: Command): void {
  command
    .addOption(configOption())
    .option('--role <role>', roles.join(', '), choice(roles))
    .option('--cameras <list>', 'ids of the only cameras that the user may see, by commas', list())
    .option('--all-cameras', 'the user may see every camera')
    .addOption(jsonOption())
    .action((name: string, { role, cameras, allCameras = false, ...options }: Options) => {
      if (allCameras && cameras)
        throw new AppError('API_BAD_REQUEST', 'give either --cameras or --all-cameras')
      if (!(role || cameras || allCameras))
        throw new AppError('API_BAD_REQUEST', 'give --role, --cameras or --all-cameras')
      const seen = allCameras ? { cameras: null } : cameras ? { cameras } : {}
      return withAccess(
        options,
        async ({ users }) => {
          const user = await users.change(name, { ...(role && { role }), ...seen })
          printLine(options.json ? JSON.stringify(user) : `${name} is ${user.role}`)
        },
        { action: 'vireo user set', object: name },
      )
    })
}
