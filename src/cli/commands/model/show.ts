import type { Command } from 'commander'
import { stringify } from 'yaml'
import { AppError } from '../../../core/errors.ts'
import { cleanLine } from '../../../core/text/clean-text.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type RegistryOptions, withRegistry } from './with-registry.ts'

export function modelShow(command: Command): void {
  command
    .addOption(configOption())
    .option('--verify', 'check the checksum of every file')
    .addOption(jsonOption())
    .action((name: string, version: string | undefined, options: RegistryOptions & { verify?: boolean }) =>
      withRegistry(options, async (registry) => {
        const state = registry.state(name)
        const shown = version ?? state.live ?? (await registry.versions(name))[0]?.version
        if (shown === undefined)
          throw new AppError('MODEL_NOT_FOUND', `the registry has no model ${name}`, { details: { name } })
        if (options.verify) await registry.verify(name, shown)
        const lineage = await registry.lineage(name, shown)
        const history = registry.history(name)
        const dir = registry.dirOf(name, shown)
        if (options.json) return printLine(JSON.stringify({ dir, state, lineage, history }))
        printLine(stringify({ folder: dir, ...state, lineage }).trimEnd())
        printLine('history:')
        for (const { atMs, action, version: of, who, reason } of history) {
          const time = new Date(atMs).toISOString()
          printLine(cleanLine(`  ${time}  ${action.padEnd(8)} ${of.padEnd(10)} ${who}: ${reason}`))
        }
      }),
    )
}
