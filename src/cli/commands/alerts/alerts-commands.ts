import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo alerts`, in the order of its help. */
export const alertsCommands: readonly CommandEntry[] = [
  {
    name: 'tail',
    about:
      'Print alerts as they are accepted. Begins with new ones, or with the oldest when it does not follow.',
    load: async () => (await import('./tail.ts')).alertsTail,
  },
  {
    name: 'dead-letters',
    about: 'Events that a receiver will never take, the newest first.',
    load: async () => (await import('./dead-letters.ts')).alertsDeadLetters,
  },
]
