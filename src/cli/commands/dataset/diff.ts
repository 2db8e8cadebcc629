import type { Command } from 'commander'
import { cleanLine } from '../../../core/text/clean-text.ts'
import { readDataset } from '../../../review/dataset-reference.ts'
import { diffDatasets } from '../../../review/diff-datasets.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { openFolder } from './open-folder.ts'

export function datasetDiff(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption('as JSON'))
    .action((before: string, after: string, { config, json }: { config: string; json?: boolean }) => {
      const folder = openFolder(config)
      const diff = diffDatasets(readDataset(folder, before), readDataset(folder, after))
      if (json) return printLine(JSON.stringify(diff))
      const lines = [
        ...diff.added.map(({ id, labels }) => `+ ${id}  ${labels.join(', ') || 'none'}`),
        ...diff.removed.map(({ id }) => `- ${id}`),
        ...diff.changed.map(
          (change) => `~ ${change.id}  ${change.field}: ${change.before} → ${change.after}`,
        ),
      ]
      printLine(lines.map(cleanLine).join('\n') || 'the same')
    })
}
