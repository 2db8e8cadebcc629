import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { AppError } from '../../../core/errors.ts'
import type { Verdict } from '../../../core/text/review-words.ts'
import { configOption, jsonOption } from '../../options/usual-options.ts'
import { whole } from '../../options/whole.ts'
import { printReviewItem } from './describe-review-item.ts'
import { type ReviewOptions, withQueue } from './with-queue.ts'

interface Options extends ReviewOptions {
  confirm?: boolean
  reject?: boolean
  unsure?: boolean
  as?: string[]
  new?: boolean
  start?: number
  end?: number
  who?: string
}

export function reviewLabel(command: Command): void {
  command
    .addOption(configOption())
    .option('--confirm', "the model's label is right")
    .option('--reject', 'it is not, and no other label is')
    .option('--as <label...>', 'these labels are right')
    .option('--new', 'the labels of --as may be new: no model and no dataset has them yet')
    .option('--unsure', 'it cannot be told')
    .option('--start <ms>', 'the part that shows it begins here, milliseconds', whole({ least: 0 }))
    .option('--end <ms>', 'and ends here', whole({ least: 0 }))
    .option('--who <name>', 'who says so; the user of this machine unless given')
    .addOption(jsonOption('one fact a line'))
    .action((ids: string[], options: Options) => {
      const { config, as: labels, new: newLabels = false, start, end, json } = options
      const judgement = {
        verdict: verdictOf(options),
        newLabels,
        who: options.who ?? userInfo().username,
        ...(labels && { labels }),
        ...(start !== undefined && { startMs: start }),
        ...(end !== undefined && { endMs: end }),
      }
      withQueue(config, (queue) => {
        // All are looked up before the first is judged, so that a wrong id changes nothing.
        const found = ids.map((id) => queue.find(id).id)
        for (const id of found) printReviewItem(queue.find(queue.judge(id, judgement).itemId), json)
      })
    })
}

function verdictOf({ confirm, reject, unsure, as }: Options): Verdict {
  const given = [confirm && 'confirm', reject && 'reject', unsure && 'unsure', as && 'relabel'].filter(
    (each): each is Verdict => typeof each === 'string',
  )
  if (given.length === 1) return given[0]!
  throw new AppError('API_BAD_REQUEST', 'give one of --confirm, --reject, --as LABEL, --unsure')
}
