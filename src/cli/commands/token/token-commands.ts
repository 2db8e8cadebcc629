import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo token`, in the order of its help. */
export const tokenCommands: readonly CommandEntry[] = [
  {
    name: 'list',
    about: 'The tokens, without their secrets.',
    load: async () => (await import('./list.ts')).tokenList,
  },
  {
    name: 'add',
    about: 'Make a token for a program and print its secret, which is shown this once.',
    arguments: { '<name>': 'what the program is called in the record' },
    load: async () => (await import('./add.ts')).tokenAdd,
  },
  {
    name: 'remove',
    about: 'Take a token back: it opens nothing from then on.',
    arguments: { '<name>': 'name or id' },
    load: async () => (await import('./remove.ts')).tokenRemove,
  },
]
