import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo config`, in the order of its help. */
export const configCommands: readonly CommandEntry[] = [
  {
    name: 'check',
    about: 'Check the file; says where a mistake is and what is accepted.',
    load: async () => (await import('./check.ts')).configCheck,
  },
  {
    name: 'show',
    about: 'Print the configuration with defaults filled in and without secrets.',
    load: async () => (await import('./show.ts')).configShow,
  },
  {
    name: 'plan',
    about: 'Print what each camera is made of: streams, models, detector, rules, recording; starts nothing.',
    load: async () => (await import('./plan.ts')).configPlan,
  },
  {
    name: 'diff',
    about: 'What a reload from one file to the other would change; exit status 1 when anything does.',
    arguments: { '<before>': '', '<after>': '' },
    load: async () => (await import('./diff.ts')).configDiff,
  },
  {
    name: 'schema',
    about: 'Print the JSON Schema of the configuration file.',
    load: async () => (await import('./schema.ts')).configSchema,
  },
  {
    name: 'docs',
    about: 'Print the reference of all fields as Markdown (docs/configuration.md).',
    load: async () => (await import('./docs.ts')).configDocs,
  },
]
