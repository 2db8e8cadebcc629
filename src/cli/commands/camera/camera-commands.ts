import type { CommandEntry } from '../../command-entry.ts'

/** The subcommands of `vireo camera`, in the order of its help. */
export const cameraCommands: readonly CommandEntry[] = [
  {
    name: 'list',
    about: 'The cameras of the configuration.',
    load: async () => (await import('./list.ts')).cameraList,
  },
  {
    name: 'add',
    about: 'Add a camera to the configuration.',
    arguments: { '<id>': '', '<url>': '' },
    load: async () => (await import('./add.ts')).cameraAdd,
  },
  {
    name: 'remove',
    about: 'Take a camera out of the configuration.',
    arguments: { '<id>': '' },
    load: async () => (await import('./remove.ts')).cameraRemove,
  },
  {
    name: 'pause',
    about: 'Disconnect a camera and keep it in the configuration.',
    arguments: { '<id>': '' },
    load: async () => (await import('./pause.ts')).cameraPause,
  },
  {
    name: 'resume',
    about: 'Connect a paused camera again.',
    arguments: { '<id>': '' },
    load: async () => (await import('./resume.ts')).cameraResume,
  },
  {
    name: 'discover',
    about:
      'Find ONVIF cameras in the network. With --user, also their streams (password: VIREO_ONVIF_PASSWORD or standard input).',
    load: async () => (await import('./discover.ts')).cameraDiscover,
  },
  {
    name: 'snapshot',
    about: 'Write one picture of a camera; with --annotate also what Vireo sees on it.',
    arguments: { '<id>': '' },
    load: async () => (await import('./snapshot.ts')).cameraSnapshot,
  },
  {
    name: 'probe',
    about: 'Connect once and print what the camera sends. "-" reads the address from standard input.',
    arguments: { '[url]': '' },
    load: async () => (await import('./probe.ts')).cameraProbe,
  },
]
