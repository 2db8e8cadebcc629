import type { Command } from 'commander'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type AccessOptions, withAccess } from '../user/with-access.ts'

export function tokenList(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .action((options: AccessOptions) =>
      withAccess(options, ({ tokens }) => {
        const all = tokens.list()
        if (options.json) return printLine(JSON.stringify(all))
        if (all.length === 0) return printLine('no tokens; vireo token add NAME makes one')
        for (const { name, role, cameras, expiresMs, usedMs } of all) {
          const ends = expiresMs === null ? 'no end' : `ends ${timeOf(expiresMs)}`
          const used = usedMs === null ? 'never used' : `used ${timeOf(usedMs)}`
          printLine(
            `${name.padEnd(20)} ${role.padEnd(9)} ${cameras?.join(', ') ?? 'all cameras'}  ${ends}  ${used}`,
          )
        }
      }),
    )
}

const timeOf = (ms: number) => new Date(ms).toISOString().slice(0, 19).concat('Z')
