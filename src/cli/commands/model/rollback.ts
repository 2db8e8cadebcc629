import type { Command } from 'commander'

import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type RegistryOptions, withRegistry } from './with-registry.ts'

export function modelRollback(command: Command): void {
  command
    .addOption(configOption())
    .option('--to <version>', 'an earlier version that was live')
    .option('--reason <text>', 'why; kept in the history', 'rolled back by hand')
    .addOption(jsonOption())
    .action((name: string, { to, reason, ...options }: RegistryOptions & { to?: string; reason: string }) =>
      withRegistry(options, async (registry) => {
        const state = await registry.rollback(name, { reason }, to === undefined ? {} : { to })
        printLine(options.json ? JSON.stringify(state) : `${name} ${state.live} is live again`)
      }),
    )
}
