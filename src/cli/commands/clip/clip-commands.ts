import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo clip`, in the order of its help. */
export const clipCommands: readonly CommandEntry[] = [
  {
    name: 'list',
    about: 'Clips, the newest first.',
    load: async () => (await import('./list.ts')).clipList,
  },
  {
    name: 'export',
    about: 'Copy clips out, each with what is known of it as JSON; the copy is checked against its SHA-256.',
    arguments: { '<alert...>': 'ids of alerts, or their first characters' },
    load: async () => (await import('./export.ts')).clipExport,
  },
]
