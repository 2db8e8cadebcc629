import type { Command } from 'commander'

/** What the file of a command exports: it gives the command its options and its action. */
export type DefineCommand = (command: Command) => void

export interface CommandEntry {
  readonly name: string
  readonly about: string
  /** As commander writes them, `<needed>` or `[optional]`, with what each of them is. */
  readonly arguments?: Readonly<Record<string, string>>
  /** Loads the file of the command. */
  readonly load: () => Promise<DefineCommand>
}

export interface CommandGroup {
  readonly name: string
  readonly about: string
  readonly commands: readonly CommandEntry[]
}
