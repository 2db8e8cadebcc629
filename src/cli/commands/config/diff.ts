import type { Command } from 'commander'
import { diffConfig } from '../../../config/diff.ts'
import { loadConfig } from '../../../config/load.ts'
import { describeDiff } from '../../describe-diff.ts'
import { jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function configDiff(command: Command): void {
  command.addOption(jsonOption()).action((before: string, after: string, { json }: { json?: boolean }) => {
    const diff = diffConfig(loadConfig(before), loadConfig(after))
    const lines = describeDiff(diff)
    printLine(json ? JSON.stringify(diff) : lines.join('\n') || 'no difference')
    if (lines.length > 0) process.exitCode = 1
  })
}
