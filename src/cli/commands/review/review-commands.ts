import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo review`, in the order of its help. */
export const reviewCommands: readonly CommandEntry[] = [
  {
    name: 'list',
    about: 'Clips that wait for a judgement, the newest first.',
    load: async () => (await import('./list.ts')).reviewList,
  },
  {
    name: 'show',
    about: 'One clip with everything that was said of it.',
    arguments: { '<clip>': 'id, or its first characters' },
    load: async () => (await import('./show.ts')).reviewShow,
  },
  {
    name: 'label',
    about: 'Say what a clip shows. Nothing is overwritten: vireo review undo takes the latest back.',
    arguments: { '<clip...>': 'ids, or their first characters' },
    load: async () => (await import('./label.ts')).reviewLabel,
  },
  {
    name: 'skip',
    about: 'Leave clips for later.',
    arguments: { '<clip...>': 'ids, or their first characters' },
    load: async () => (await import('./skip.ts')).reviewSkip,
  },
  {
    name: 'undo',
    about: 'Take the latest judgement of clips back.',
    arguments: { '<clip...>': 'ids, or their first characters' },
    load: async () => (await import('./undo.ts')).reviewUndo,
  },
]
