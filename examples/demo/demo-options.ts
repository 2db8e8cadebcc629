import { Command, CommanderError } from 'commander'
import { decimal } from '../../src/cli/options/decimal.ts'
import { guardValues } from '../../src/cli/options/guard-values.ts'
import { list, repeated } from '../../src/cli/options/list.ts'
import { whole } from '../../src/cli/options/whole.ts'
import { reportError } from '../../src/cli/report-error.ts'
import { AppError } from '../../src/core/errors.ts'

export interface DemoOptions {
  readonly camera?: string[]
  readonly user?: string
  readonly from?: string
  readonly cameras: number
  readonly seconds?: number
  readonly kafka?: string[]
  readonly port: number
  readonly json: boolean
  /** Runs on until Ctrl-C, to be looked at in the console. */
  readonly open: boolean
}

/** The options of `npm run demo`; the process ends where help is asked for, or something is wrong with them. */
export function demoOptions(argv: readonly string[]): DemoOptions {
  const command = new Command('npm run demo --')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .allowExcessArguments(false)
    .option(
      '--camera <url>',
      'watch this real camera instead (rtsp://host/path, or a file); nothing is kept of it',
      repeated(),
    )
    .option('--user <name>', 'its user; the password is asked for, or taken from VIREO_CAMERA_PASSWORD')
    .option('--from <file>', 'the archive of the model of people, for a machine without a network')
    .option('--cameras <n>', 'simulated cameras', whole({ most: 100 }), 4)
    .option(
      '--seconds <n>',
      'end after so long; 0: at Ctrl-C (95: each scene once; 0 with --camera)',
      decimal({ least: 0, most: 86_400 }),
    )
    .option('--kafka <list>', 'also publish to these brokers, host:port[,host:port]', list())
    .option(
      '--port <n>',
      'HTTP port of health and metrics; 0: a free one',
      whole({ least: 0, most: 65_535 }),
      0,
    )
    .option('--open', 'record without a break and run until Ctrl-C: look at it in the console', false)
    .option('--json', 'alerts and the score as JSON lines', false)
  guardValues(command)
  try {
    return command.parse(argv, { from: 'user' }).opts()
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) process.exit(0)
    const wrong = thrown instanceof CommanderError
    reportError(
      wrong ? new AppError('API_BAD_REQUEST', thrown.message.replace(/^error: /, '')) : thrown,
      argv.includes('--json'),
    )
    process.exit()
  }
}
