import { Command, CommanderError } from 'commander'
import { AppError } from '../core/errors.ts'
import { cleanOutput } from './clean-output.ts'
import { commandTable } from './command-table.ts'
import { endWithOutput } from './output-gone.ts'
import { reportError } from './report-error.ts'

/** Runs one command. Sets process.exitCode; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  const json = argv.includes('--json')
  endWithOutput(argv[0])
  const restore = cleanOutput(process.stdout)
  try {
    const program = new Command('vireo')
      .description('Video recognition, events and online learning for live cameras.')
      .exitOverride()
      .configureOutput({ outputError: () => {} })
      .option('-V, --version', 'print the version')
    if (argv.length === 1 && ['--version', '-V'].includes(argv[0]!)) {
      const { codeVersion } = await import('./code-version.ts')
      return void process.stdout.write(`${await codeVersion()}\n`)
    }
    const wanted = commandTable.filter((entry) => argv.includes(entry.name))
    // Only the named command's file is loaded; help loads all of them.
    for (const entry of wanted.length > 0 ? wanted : commandTable) (await entry.load())(program)
    inherit(program)
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

/** Subcommands made with addCommand do not inherit these settings by themselves. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command)
    inherit(child)
  }
}
