import type { Command } from 'commander'
import { type ReviewReason, reviewReasons } from '../../../core/text/review-words.ts'
import type { ReviewFilter } from '../../../store/tables/review/review-items.ts'
import { choice } from '../../options/choice.ts'
import { sinceOf } from '../../options/since-ms.ts'
import {
  cameraOption,
  configOption,
  jsonOption,
  limitOption,
  sinceOption,
} from '../../options/usual-options.ts'
import { printReviewItem } from './describe-review-item.ts'
import { type ReviewOptions, withQueue } from './with-queue.ts'

interface Options extends ReviewOptions {
  camera?: string
  reason?: ReviewReason
  since?: string
  done?: boolean
  all?: boolean
  limit: number
}

export function reviewList(command: Command): void {
  command
    .addOption(configOption())
    .addOption(cameraOption())
    .option('--reason <reason>', `only these: ${reviewReasons.join(', ')}`, choice(reviewReasons))
    .addOption(sinceOption())
    .option('--done', 'those that are judged, instead')
    .option('--all', 'both')
    .addOption(limitOption('most clips', 0))
    .addOption(jsonOption('one clip a line'))
    .action((options: Options) => {
      const { config, limit, json } = options
      const filter = filterOf(options)
      withQueue(config, (queue) => {
        const items = queue.list(filter, { limit }).items
        if (items.length === 0 && !json) process.stderr.write('there are no such clips\n')
        for (const item of items) printReviewItem(item, json)
      })
    })
}

function filterOf({ config, camera, reason, since, done, all }: Options): ReviewFilter {
  const fromMs = sinceOf(config, since)
  return {
    ...(all ? {} : { state: done ? 'done' : 'waiting' }),
    ...(camera === undefined ? {} : { cameraId: camera }),
    ...(reason === undefined ? {} : { reason }),
    ...(fromMs === null ? {} : { sinceMs: fromMs }),
  }
}
