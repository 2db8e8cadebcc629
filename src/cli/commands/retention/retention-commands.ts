import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo retention`, in the order of its help. */
export const retentionCommands: readonly CommandEntry[] = [
  {
    name: 'sweep',
    about:
      'Say that the clock of the machine is right: what is too old by it is removed with the next sweep.',
    load: async () => (await import('./sweep.ts')).retentionSweep,
  },
  {
    name: 'status',
    about: 'Footage on the disk by camera, and what re-encoding old segments saved at which quality.',
    load: async () => (await import('./status.ts')).retentionStatus,
  },
]
