import type { Command } from 'commander'
import { cleanLine } from '../../../core/text/clean-text.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { printReviewItem } from './describe-review-item.ts'
import { type ReviewOptions, withQueue } from './with-queue.ts'

export function reviewShow(command: Command): void {
  command
    .addOption(configOption())
    .addOption(jsonOption('as JSON'))
    .action((id: string, { config, json }: ReviewOptions) =>
      withQueue(config, (queue) => {
        const item = queue.find(id)
        printReviewItem(item, json)
        if (json) return
        if (item.explanation !== null) printLine(`  ${cleanLine(item.explanation)}`)
        if (item.removedReason !== null) printLine(`  its recording was removed: ${item.removedReason}`)
        for (const { atMs, who, verdict, labels } of item.facts)
          printLine(cleanLine(`  ${new Date(atMs).toISOString()}  ${who}  ${verdict} ${labels.join(', ')}`))
      }),
    )
}
