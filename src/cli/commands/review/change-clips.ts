import { userInfo } from 'node:os'
import type { Command } from 'commander'
import type { ReviewQueue } from '../../../../pipelines/site/review.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { printReviewItem } from './describe-review-item.ts'
import { type ReviewOptions, withQueue } from './with-queue.ts'

/** A command that does one thing with clips, in somebody's name. */
export function changeClips(
  command: Command,
  change: (queue: ReviewQueue, id: string, who: string) => void,
): void {
  command
    .addOption(configOption())
    .option('--who <name>', 'who says so; the user of this machine unless given')
    .addOption(jsonOption('one clip a line'))
    .action((ids: string[], { config, json, who = userInfo().username }: ReviewOptions & { who?: string }) =>
      withQueue(config, (queue) => {
        for (const id of ids.map((each) => queue.find(each).id)) {
          change(queue, id, who)
          printReviewItem(queue.find(id), json)
        }
      }),
    )
}
