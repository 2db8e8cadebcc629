import type { Command } from 'commander'
import { Option } from 'commander'
import { testRules } from '../../../../pipelines/look/test-rules.ts'
import { alertEvent, structuredEvent } from '../../../event/cloud-event.ts'
import { describeStep } from '../../describe-step.ts'
import { decimal } from '../../options/decimal.ts'
import { instant } from '../../options/instant.ts'
import { repeated } from '../../options/list.ts'
import { tileGrid } from '../../options/tile-grid.ts'
import { jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

interface Options {
  video: string
  detector?: string
  detectFps?: number
  detectTiles?: string
  pose?: string
  model: { path: string; scope?: 'person' | 'scene' }[]
  camera?: string
  start: number
  json?: boolean
}

const usualStart = '2026-01-05T12:00:00Z'

export function rulesTest(command: Command): void {
  command
    .requiredOption('--video <file>', 'the video')
    .option('--detector <dir>', 'bundle of the detector; without one, what moves counts as a person')
    .option('--detect-fps <n>', 'frames per second to detect in', decimal({ above: 0, most: 60 }))
    .option(
      '--detect-tiles <CxR>',
      'overlapping parts of the picture to look at as well, such as 2x1',
      tileGrid,
    )
    .option('--pose <dir>', 'bundle of the pose model, for rules about postures')
    .option(
      '--model <dir>',
      'bundle whose scores the rules ask for; DIR:person cuts clips around people (repeat for more)',
      repeated(scopedModel),
      [],
    )
    .option(
      '--camera <id>',
      'whose rules, when the file is a whole configuration (default: its first camera)',
    )
    .addOption(
      new Option('--start <time>', 'wall clock of the first frame, for schedules')
        .argParser(instant)
        .default(instant(usualStart), usualStart),
    )
    .addOption(jsonOption('one CloudEvent a line'))
    .action(async (file: string, { json, model: models, start: startMs, ...options }: Options) => {
      let found = 0
      const { video, detector } = await testRules(file, { ...options, models, startMs }, (step) => {
        if (step.phase === 'new') found += 1
        printLine(
          json
            ? structuredEvent(alertEvent(step, '/vireo/replay'))
            : `${describeStep(step)}  ${step.explanation ?? ''}`,
        )
      })
      if (!json) printLine(`${found} alerts in ${video}, detector ${detector}`)
    })
}

/** DIR, DIR:person or DIR:scene. */
function scopedModel(text: string): Options['model'][number] {
  const [, path = text, scope] = /^(.+):(person|scene)$/.exec(text) ?? []
  return scope === 'person' || scope === 'scene' ? { path, scope } : { path }
}
