import type { Command } from 'commander'
import { jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { readEntries } from './read-entries.ts'

export function modelCatalogue(command: Command): void {
  command.addOption(jsonOption()).action(({ json }: { json?: boolean }) => {
    const entries = readEntries()
    if (json) return printLine(JSON.stringify(entries))
    for (const { name, version, purpose, cost, license, source } of entries) {
      printLine(`${name} ${version}  ${license}`)
      printLine(`  ${purpose}`)
      printLine(`  ${cost}`)
      printLine(
        `  from ${source.package}@${source.version} (${source.client}), ${Math.round(source.bytes / 1e6)} MB to fetch`,
      )
    }
  })
}
