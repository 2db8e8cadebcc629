import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo dataset`, in the order of its help. */
export const datasetCommands: readonly CommandEntry[] = [
  {
    name: 'build',
    about: 'A new version of everything that was judged, split by camera and day.',
    load: async () => (await import('./build.ts')).datasetBuild,
  },
  {
    name: 'import',
    about: 'A new version with footage that another tool labelled. Nothing is copied.',
    arguments: { '<source>': 'a .csv, a COCO .json, a CVAT .xml, or a folder with a folder for each label' },
    load: async () => (await import('./import.ts')).datasetImport,
  },
  {
    name: 'list',
    about: 'Datasets and their versions.',
    load: async () => (await import('./list.ts')).datasetList,
  },
  {
    name: 'show',
    about: 'What is in a version: labels by side, groups.',
    arguments: { '<version>': 'NAME or NAME@VERSION; the newest version unless given' },
    load: async () => (await import('./show.ts')).datasetShow,
  },
  {
    name: 'diff',
    about: 'What a version has otherwise than another one.',
    arguments: {
      '<before>': 'NAME or NAME@VERSION; the newest version unless given',
      '<after>': 'NAME or NAME@VERSION; the newest version unless given',
    },
    load: async () => (await import('./diff.ts')).datasetDiff,
  },
  {
    name: 'export',
    about: 'A version for another tool.',
    arguments: { '<version>': 'NAME or NAME@VERSION; the newest version unless given' },
    load: async () => (await import('./export.ts')).datasetExport,
  },
]
