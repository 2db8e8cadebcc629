import type { Command } from 'commander'
import { loadBundle } from '../../../bundle/load-bundle.ts'
import { codeVersion } from '../../code-version.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { type RegistryOptions, withRegistry } from './with-registry.ts'

export function modelRegister(command: Command): void {
  command
    .addOption(configOption())
    .option('--reason <text>', 'where it comes from', 'registered by hand')
    .addOption(jsonOption())
    .action((bundle: string, options: RegistryOptions & { reason: string }) =>
      withRegistry(options, async (registry) => {
        const { metrics, parent, dataset } = (await loadBundle(bundle)).bundle
        const lineage = await registry.add(bundle, {
          parent,
          dataset,
          metrics,
          config: { reason: options.reason },
          seed: null,
          code: await codeVersion(),
          command: `vireo model register ${bundle}`,
          run: null,
        })
        const { model: name, version } = lineage
        printLine(options.json ? JSON.stringify(lineage) : `${name} ${version} is in the registry`)
      }),
    )
}
