import type { CommandEntry } from '../../command-entry.ts'

const name = { '<name>': 'what the user logs in with' }

/** The subcommands of `vireo user`, in the order of its help. */
export const userCommands: readonly CommandEntry[] = [
  { name: 'list', about: 'The users.', load: async () => (await import('./list.ts')).userList },
  {
    name: 'add',
    about: 'Add a user. The password is asked for, or taken from VIREO_USER_PASSWORD or standard input.',
    arguments: name,
    load: async () => (await import('./add.ts')).userAdd,
  },
  {
    name: 'set',
    about: 'Give a user another role, or other cameras.',
    arguments: name,
    load: async () => (await import('./set.ts')).userSet,
  },
  {
    name: 'password',
    about: 'Give a user another password, as add takes it; all sessions of the user end.',
    arguments: name,
    load: async () => (await import('./password.ts')).userPassword,
  },
  {
    name: 'remove',
    about: 'Remove a user; the last admin stays.',
    arguments: name,
    load: async () => (await import('./remove.ts')).userRemove,
  },
  {
    name: 'hash',
    about: 'Print a hash of a password for passwordHash of http.users; nothing is stored.',
    load: async () => (await import('./hash.ts')).userHash,
  },
]
