import type { Command } from 'commander'

import { slug } from '../../options/slug.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { whole } from '../../options/whole.ts'
import { printLine } from '../../print-line.ts'
import { type RegistryOptions, withRegistry } from './with-registry.ts'

export function modelCollect(command: Command): void {
  // Files are removed in the folder of that name.
  command.registeredArguments[0]!.argParser(slug)
  command
    .addOption(configOption())
    .option('--keep <n>', 'how many of the newest stay', whole({ least: 0 }), 5)
    .addOption(jsonOption())
    .action((name: string, { keep, ...options }: RegistryOptions & { keep: number }) =>
      withRegistry(options, async (registry) => {
        const removed = await registry.collect(name, keep)
        const lines = removed.map((version) => `removed ${name} ${version}`)
        printLine(options.json ? JSON.stringify({ removed }) : lines.join('\n'))
      }),
    )
}
