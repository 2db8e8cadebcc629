import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo rules`, in the order of its help. */
export const rulesCommands: readonly CommandEntry[] = [
  {
    name: 'test',
    about:
      'Replay a video through detector, tracker and rules, as fast as possible, and print what would have fired.',
    arguments: { '<file>': '' },
    load: async () => (await import('./test.ts')).rulesTest,
  },
]
