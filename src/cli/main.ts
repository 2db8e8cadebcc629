import { CommanderError } from 'commander'
import { AppError } from '../core/errors.ts'
import { cleanOutput } from './clean-output.ts'
import { createProgram } from './create-program.ts'
import { endWithOutput } from './output-gone.ts'
import { printLine } from './print-line.ts'
import { reportError } from './report-error.ts'

/** Runs one command. Sets process.exitCode; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json')
  endWithOutput(argv[0])
  const restore = cleanOutput(process.stdout)
  try {
    if (argv.length === 1 && ['--version', '-V'].includes(argv[0]!)) {
      const { codeVersion } = await import('./code-version.ts')
      return printLine(await codeVersion())
    }
    const program = createProgram()
    if (argv.length === 0) return program.outputHelp()
    await program.parseAsync(argv, { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return
      const text = thrown.message.replace(/^error: /, '').replaceAll('\n', ' ')
      const message = thrown.code === 'commander.help' ? 'a subcommand is missing; see --help' : text
      reportError(new AppError('API_BAD_REQUEST', message), json)
    } else reportError(thrown, json)
  } finally {
    restore()
  }
}
