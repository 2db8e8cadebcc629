import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import { cleanLine } from '../../../core/text/clean-text.ts'
import { compareLineages } from '../../model/compare-lineages.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type RegistryOptions, withRegistry } from './with-registry.ts'

export function modelCompare(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption())
    .action((name: string, version: string, other: string | undefined, options: RegistryOptions) =>
      withRegistry(options, async (registry) => {
        const against = other ?? registry.state(name).live
        if (against === null)
          throw new AppError('REGISTRY_STATE', `model ${name} has no live version; name the other one`)
        const rows = compareLineages(
          await registry.lineage(name, against),
          await registry.lineage(name, version),
        )
        if (options.json) return printLine(JSON.stringify({ before: against, after: version, rows }))
        const width = Math.max(...rows.map(({ field }) => field.length), 8)
        printLine(`${''.padEnd(width)}  ${against.padEnd(16)} ${version}`)
        for (const { field, before, after, change } of rows) {
          const apart = change ? `  (${change})` : ''
          printLine(cleanLine(`${field.padEnd(width)}  ${before.padEnd(16)} ${after}${apart}`))
        }
      }),
    )
}
