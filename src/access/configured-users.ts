import type { Config } from '../config/schema.ts'
import type { Clock } from '../core/clock.ts'
import { type StoreDatabase, transaction } from '../store/store-database.ts'
import { createSessionTable } from '../store/tables/access/session-table.ts'
import { createTokenTable } from '../store/tables/access/token-table.ts'
import { createUserTable, type UserRow } from '../store/tables/access/user-table.ts'
import { removeMadeTokens } from './made-tokens.ts'
import type { Passwords } from './passwords.ts'
import { newPassword } from './secrets.ts'

export type ConfiguredUser = Config['http']['users'][number]

interface Parts {
  readonly database: StoreDatabase
  readonly passwords: Passwords
  readonly clock: Pick<Clock, 'nowMs'>
}

/**
 * Brings the users to what `http.users` of the configuration says: those in it are as it has them, and those that came
 * from it and are not in it any more are removed. Who got another password or was removed is logged in no more. Who is
 * removed, or no admin any more, loses the tokens that he made.
 */
export async function takeConfiguredUsers(wanted: readonly ConfiguredUser[], parts: Parts): Promise<void> {
  const { database, passwords, clock } = parts
  const users = createUserTable(database)
  const sessions = createSessionTable(database)
  const tokens = createTokenTable(database)
  const hashes = await Promise.all(
    wanted.map(async ({ name, passwordHash, password = '' }) => {
      if (passwordHash !== undefined) return passwordHash
      const kept = users.get(name)?.passwordHash ?? null
      return kept !== null && (await passwords.verify(password, kept)) ? kept : passwords.hash(password)
    }),
  )
  transaction(database, () => {
    const names = new Set(wanted.map(({ name }) => name))
    for (const { name, origin } of users.all())
      if (origin === 'config' && !names.has(name)) {
        users.remove(name)
        removeMadeTokens(tokens, name)
      }
    for (const [index, { name, role, cameras = null }] of wanted.entries()) {
      const before = users.get(name)
      const passwordHash = hashes[index]!
      const isSame = before?.passwordHash === passwordHash
      const passwordMs = isSame ? before.passwordMs : clock.nowMs()
      const createdMs = before?.createdMs ?? passwordMs
      const preferences = before?.preferences ?? {}
      users.put({ name, role, cameras, passwordHash, origin: 'config', preferences, createdMs, passwordMs })
      if (!isSame) sessions.removeOthers(name, null)
      if (before?.role === 'admin' && role !== 'admin') removeMadeTokens(tokens, name)
    }
  })
}

export interface FirstAdmin {
  readonly name: string
  readonly password: string
}

/** Where there is no admin, one with a password that nobody has seen before; null where there is one. */
export async function makeFirstAdmin(parts: Parts): Promise<FirstAdmin | null> {
  const { database, passwords, clock } = parts
  const users = createUserTable(database)
  if (users.admins() > 0) return null
  const password = newPassword()
  const passwordHash = await passwords.hash(password)
  return transaction(database, () => {
    if (users.admins() > 0) return null
    const taken = new Set(users.all().map(({ name }) => name))
    const name = ['admin', ...Array.from(taken, (_, at) => `admin-${at + 2}`)].find(
      (each) => !taken.has(each),
    )!
    const nowMs = clock.nowMs()
    const admin = {
      name,
      role: 'admin',
      cameras: null,
      passwordHash,
      origin: 'local',
      preferences: {},
    } as const
    users.put({ ...admin, createdMs: nowMs, passwordMs: nowMs } satisfies UserRow)
    return { name, password }
  })
}
