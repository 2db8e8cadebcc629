import { userInfo } from 'node:os'
import type { Command } from 'commander'
import type { ReviewQueue } from '../../../../pipelines/site/review.ts'
import { AppError } from '../../../core/errors.ts'
import { cleanLine } from '../../../core/text/clean-text.ts'
import { judgedPart, type ReviewReason, reviewReasons, type Verdict } from '../../../review/review-item.ts'
import type { ReviewedItem, ReviewFilter } from '../../../review/review-store.ts'
import { wholeOrZeroOption } from '../../options/whole-option.ts'

interface Common {
  config: string
  json?: boolean
}
interface LabelOptions extends Common {
  confirm?: boolean
  reject?: boolean
  unsure?: boolean
  as?: string[]
  new?: boolean
  start?: string
  end?: string
  who?: string
}

const config = ['-c, --config <file>', 'configuration file', 'config/vireo.yaml'] as const

export function registerReview(program: Command): void {
  const review = program
    .command('review')
    .description('Judge what was alerted and sampled; training learns from it.')
  review
    .command('list')
    .description('Clips that wait for a judgement, the newest first.')
    .option(...config)
    .option('--camera <id>', 'only this camera')
    .option('--reason <reason>', `only these: ${reviewReasons.join(', ')}`)
    .option('--since <time>', 'begin here: a time such as 2026-05-01T08:00:00Z, or 10m, 2h, 1d ago')
    .option('--done', 'those that are judged, instead')
    .option('--all', 'both')
    .option('--limit <n>', 'most clips', '50')
    .option('--json', 'one clip a line')
    .action(
      async (
        options: Common & {
          camera?: string
          reason?: string
          since?: string
          done?: boolean
          all?: boolean
          limit: string
        },
      ) => {
        const limit = wholeOrZeroOption('--limit', options.limit)
        const filter = await filterOf(options)
        await withQueue(options.config, (queue) => {
          const items = queue.list(filter, { limit }).items
          if (items.length === 0 && !options.json) process.stderr.write('there are no such clips\n')
          for (const item of items) print(item, options.json)
        })
      },
    )
  review
    .command('show')
    .description('One clip with everything that was said of it.')
    .argument('<clip>', 'id, or its first characters')
    .option(...config)
    .option('--json', 'as JSON')
    .action((id: string, options: Common) =>
      withQueue(options.config, (queue) => {
        const item = queue.find(id)
        print(item, options.json)
        if (options.json) return
        if (item.explanation !== null) process.stdout.write(`  ${cleanLine(item.explanation)}\n`)
        if (item.removedReason !== null)
          process.stdout.write(`  its recording was removed: ${item.removedReason}\n`)
        for (const { atMs, who, verdict, labels } of item.facts)
          process.stdout.write(
            `${cleanLine(`  ${new Date(atMs).toISOString()}  ${who}  ${verdict} ${labels.join(', ')}`)}\n`,
          )
      }),
    )
  review
    .command('label')
    .description('Say what a clip shows. Nothing is overwritten: vireo review undo takes the latest back.')
    .argument('<clip...>', 'ids, or their first characters')
    .option(...config)
    .option('--confirm', "the model's label is right")
    .option('--reject', 'it is not, and no other label is')
    .option('--as <label...>', 'these labels are right')
    .option('--new', 'the labels of --as may be new: no model and no dataset has them yet')
    .option('--unsure', 'it cannot be told')
    .option('--start <ms>', 'the part that shows it begins here, milliseconds')
    .option('--end <ms>', 'and ends here')
    .option('--who <name>', 'who says so; the user of this machine unless given')
    .option('--json', 'one fact a line')
    .action((ids: string[], options: LabelOptions) => {
      const verdict = verdictOf(options)
      const part = {
        ...(options.start === undefined ? {} : { startMs: wholeOrZeroOption('--start', options.start) }),
        ...(options.end === undefined ? {} : { endMs: wholeOrZeroOption('--end', options.end) }),
      }
      const labels = options.as === undefined ? {} : { labels: options.as }
      const judgement = {
        verdict,
        newLabels: options.new ?? false,
        ...labels,
        ...part,
        who: options.who ?? userInfo().username,
      }
      return withQueue(options.config, (queue) => {
        // All are looked up before the first is judged, so that a wrong id changes nothing.
        const found = ids.map((id) => queue.find(id).id)
        for (const id of found) told(queue, queue.judge(id, judgement).itemId, options.json)
      })
    })
  for (const [name, about] of [
    ['skip', 'Leave clips for later.'],
    ['undo', 'Take the latest judgement of clips back.'],
  ] as const)
    review
      .command(name)
      .description(about)
      .argument('<clip...>', 'ids, or their first characters')
      .option(...config)
      .option('--who <name>', 'who says so; the user of this machine unless given')
      .option('--json', 'one clip a line')
      .action((ids: string[], options: Common & { who?: string }) => {
        const who = options.who ?? userInfo().username
        return withQueue(options.config, (queue) => {
          for (const id of ids.map((each) => queue.find(each).id)) {
            if (name === 'skip') queue.judge(id, { verdict: 'skip', who })
            else queue.undo(id, who)
            told(queue, id, options.json)
          }
        })
      })
}

async function withQueue(configFile: string, work: (queue: ReviewQueue) => void): Promise<void> {
  const { loadConfigToRead } = await import('../../../config/load-to-read.ts')
  const { openReviewQueue } = await import('../../../../pipelines/site/review.ts')
  const { knownLabels } = await import('../../../../pipelines/site/known-labels.ts')
  const loaded = loadConfigToRead(configFile)
  const clock = { nowMs: Date.now }
  const known = () => knownLabels(loaded, clock)
  const queue = openReviewQueue({ dataDir: loaded.dataDir, clock, known })
  try {
    work(queue)
  } finally {
    queue.close()
  }
}

function verdictOf({ confirm, reject, unsure, as }: LabelOptions): Verdict {
  const given = [confirm && 'confirm', reject && 'reject', unsure && 'unsure', as && 'relabel'].filter(
    (each): each is Verdict => typeof each === 'string',
  )
  if (given.length === 1) return given[0]!
  throw new AppError('API_BAD_REQUEST', 'give one of --confirm, --reject, --as LABEL, --unsure')
}

async function filterOf(options: {
  config: string
  camera?: string
  reason?: string
  since?: string
  done?: boolean
  all?: boolean
}): Promise<ReviewFilter> {
  const { camera, reason, since, done = false, all = false } = options
  if (reason !== undefined && !reviewReasons.some((each) => each === reason))
    throw new AppError('API_BAD_REQUEST', `--reason ${reason}: give one of ${reviewReasons.join(', ')}`)
  const { sinceOf } = await import('../../options/since-ms.ts')
  const fromMs = await sinceOf(options.config, since)
  return {
    ...(all ? {} : { state: done ? 'done' : 'waiting' }),
    ...(camera === undefined ? {} : { cameraId: camera }),
    ...(reason === undefined ? {} : { reason: reason as ReviewReason }),
    ...(fromMs === null ? {} : { sinceMs: fromMs }),
  }
}

function told(queue: ReviewQueue, itemId: string, json: boolean | undefined): void {
  print(queue.find(itemId), json)
}

function print(item: ReviewedItem, json: boolean | undefined): void {
  process.stdout.write(`${json ? JSON.stringify(item) : describeReviewItem(item)}\n`)
}

/** One line for people. */
export function describeReviewItem(item: ReviewedItem): string {
  const { id, startedMs, cameraId, reason, label, score, durationMs, current, path } = item
  const said = label === null ? '-' : `${label} ${score === null ? '' : score.toFixed(2)}`
  const judged =
    current === null
      ? 'waits'
      : [current.verdict, current.labels.join('+'), `by ${current.who}`].filter(Boolean).join(' ')
  const when = new Date(startedMs).toISOString().slice(0, 19)
  const seconds = (ms: number) => (ms / 1000).toFixed(1)
  const part = judgedPart(item, current ?? { startMs: null, endMs: null })
  const length = `${seconds(part.startMs)}–${seconds(part.endMs)} of ${seconds(durationMs)} s`
  return cleanLine(
    [
      id.slice(0, 12),
      when,
      cameraId.padEnd(12),
      reason.padEnd(12),
      said.padEnd(16),
      length,
      judged,
      path,
    ].join('  '),
  )
}
