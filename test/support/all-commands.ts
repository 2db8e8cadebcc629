import type { Command } from 'commander'
import { createProgram, loadCommand } from '../../src/cli/create-program.ts'

export interface FoundCommand {
  /** Null: it stands alone. */
  readonly group: string | null
  readonly name: string
  readonly command: Command
}

/** Every command of the table with its file loaded. */
export async function allCommands(): Promise<FoundCommand[]> {
  const found = createProgram().commands.flatMap((command): FoundCommand[] =>
    command.commands.length === 0
      ? [{ group: null, name: command.name(), command }]
      : command.commands.map((inner) => ({ group: command.name(), name: inner.name(), command: inner })),
  )
  for (const { command } of found) await loadCommand(command)
  return found
}
