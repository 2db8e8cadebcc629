import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo train`, in the order of its help. */
export const trainCommands: readonly CommandEntry[] = [
  {
    name: 'pretrain',
    about: 'Learn from footage without labels: masked and next-frame prediction.',
    load: async () => (await import('./pretrain.ts')).trainPretrain,
  },
  {
    name: 'finetune',
    about: 'Learn labels, on top of what was pretrained in the same folder.',
    load: async () => (await import('./finetune.ts')).trainFinetune,
  },
  {
    name: 'export',
    about: 'Make a bundle of what was fine-tuned, as plan.kind and plan.quantize say.',
    load: async () => (await import('./export.ts')).trainExport,
  },
  {
    name: 'anomaly',
    about: 'Make an anomaly bundle of what was pretrained; then calibrate cameras (vireo model calibrate).',
    load: async () => (await import('./anomaly.ts')).trainAnomaly,
  },
  {
    name: 'evaluate',
    about: 'Judge the exported bundle on footage that it was not trained on, and write the report.',
    load: async () => (await import('./evaluate.ts')).trainEvaluate,
  },
  {
    name: 'report',
    about: 'Write report.html again from what was measured, such as after a change of plan.gate.',
    load: async () => (await import('./report.ts')).trainReport,
  },
  {
    name: 'quantize',
    about: 'A smaller and faster copy of a bundle, with what it lost and gained measured.',
    arguments: { '<bundle>': '' },
    load: async () => (await import('./quantize.ts')).trainQuantize,
  },
  {
    name: 'search',
    about: 'Fine-tune once for every combination of a few settings, and keep the one that validates best.',
    load: async () => (await import('./search.ts')).trainSearch,
  },
  {
    name: 'imported',
    about: 'Fine-tune the graph of an imported clip bundle; gives a new bundle.',
    arguments: { '<bundle>': '' },
    load: async () => (await import('./imported.ts')).trainImported,
  },
  {
    name: 'sound',
    about: 'Train a classifier of sounds, and measure it on sounds that it was not trained on.',
    load: async () => (await import('./sound.ts')).trainSound,
  },
  {
    name: 'skeleton',
    about: 'Train the model of actions from keypoints that ships with Vireo, on simulated people.',
    load: async () => (await import('./skeleton.ts')).trainSkeleton,
  },
  {
    name: 'simulated',
    about: 'Train the model that ships with Vireo, on simulated scenes.',
    load: async () => (await import('./simulated.ts')).trainSimulated,
  },
]
