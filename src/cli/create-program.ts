import { Command } from 'commander'
import type { CommandEntry, CommandGroup } from './command-entry.ts'
import { commandTable } from './command-table.ts'
import { guardValues } from './options/guard-values.ts'

const entries = new WeakMap<Command, CommandEntry>()

/** All commands with what help says of them. The file of a command is loaded when somebody calls it. */
export function createProgram(): Command {
  const program = new Command('vireo')
    .description('Video recognition, events and online learning for live cameras.')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ subcommandTerm })
    .option('-V, --version', 'print the version')
  addCommands(program, commandTable)
  return program
}

function addCommands(parent: Command, table: readonly (CommandEntry | CommandGroup)[]): void {
  parent.hook('preSubcommand', (_parent, called) => loadCommand(called))
  for (const entry of table) {
    const command = parent.command(entry.name).description(entry.about)
    if ('commands' in entry) addCommands(command, entry.commands)
    else {
      for (const [name, about] of Object.entries(entry.arguments ?? {})) command.argument(name, about)
      entries.set(command, entry)
    }
  }
}

/** Gives a command its options and its action; nothing for a group, whose commands are loaded one by one. */
export async function loadCommand(command: Command): Promise<void> {
  const entry = entries.get(command)
  if (!entry) return
  entries.delete(command)
  const define = await entry.load()
  define(command)
  guardValues(command)
}

/** One line of help: \`check [options]\`, \`import [options] <file>\`. Options are not known before the file is loaded. */
function subcommandTerm(command: Command): string {
  const names = command.registeredArguments.map((argument) => {
    const name = argument.name() + (argument.variadic ? '...' : '')
    return argument.required ? `<${name}>` : `[${name}]`
  })
  return [command.name(), ...(entries.has(command) ? ['[options]'] : []), ...names].join(' ')
}
