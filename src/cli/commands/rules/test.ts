import type { Command } from 'commander'
import type { RulesTestOptions } from '../../../../pipelines/look/test-rules.ts'

export function registerRules(program: Command): void {
  const rules = program.command('rules').description('Try rules about people and objects.')
  rules
    .command('test <file>')
    .description(
      'Replay a video through detector, tracker and rules, as fast as possible, and print what would have fired.',
    )
    .requiredOption('--video <file>', 'the video')
    .option('--detector <dir>', 'bundle of the detector; without one, what moves counts as a person')
    .option('--detect-fps <n>', 'frames per second to detect in')
    .option('--pose <dir>', 'bundle of the pose model, for rules about postures')
    .option(
      '--model <dir>',
      'bundle whose scores the rules ask for; DIR:person cuts clips around people (repeat for more)',
      (dir: string, before: string[]) => [...before, dir],
      [],
    )
    .option(
      '--camera <id>',
      'whose rules, when the file is a whole configuration (default: its first camera)',
    )
    .option('--start <time>', 'wall clock of the first frame, for schedules', '2026-01-05T12:00:00Z')
    .option('--json', 'one CloudEvent a line')
    .action(async (file: string, options: RulesTestOptions) => {
      const { testRules } = await import('../../../../pipelines/look/test-rules.ts')
      const { describeStep } = await import('../../describe-step.ts')
      const { alertEvent, structuredEvent } = await import('../../../event/cloud-event.ts')
      const print = (text: string) => process.stdout.write(`${text}\n`)
      let found = 0
      const { video, detector } = await testRules(file, options, (step) => {
        if (step.phase === 'new') found += 1
        print(
          options.json
            ? structuredEvent(alertEvent(step, '/vireo/replay'))
            : `${describeStep(step)}  ${step.explanation ?? ''}`,
        )
      })
      if (!options.json) print(`${found} alerts in ${video}, detector ${detector}`)
    })
}
