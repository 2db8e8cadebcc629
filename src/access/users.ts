import type { Role } from '../core/access/role.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { type StoreDatabase, transaction } from '../store/store-database.ts'
import { createSessionTable } from '../store/tables/access/session-table.ts'
import { createTokenTable } from '../store/tables/access/token-table.ts'
import { createUserTable, type UserRow } from '../store/tables/access/user-table.ts'
import { checkPassword } from './check-password.ts'
import { removeMadeTokens } from './made-tokens.ts'
import type { Passwords } from './passwords.ts'
import { userName } from './user-name.ts'

export type User = Omit<UserRow, 'passwordHash'>

export interface UserWish {
  readonly name: string
  readonly role: Role
  readonly cameras: readonly string[] | null
  readonly password: string
}

export interface Users {
  list(): User[]
  /** @throws AppError AUTH_UNKNOWN */
  get(name: string): User
  /** @throws AppError API_BAD_REQUEST, AUTH_NAME_TAKEN, AUTH_PASSWORD */
  add(wish: UserWish): Promise<User>
  /**
   * Changes of a user what is given. Another password ends all sessions. Who is made less than an admin loses the tokens
   * that he made, and needs to be given cameras, because an admin has none of his own.
   *
   * @throws AppError API_BAD_REQUEST, AUTH_UNKNOWN, AUTH_CONFIGURED, AUTH_LAST_ADMIN, AUTH_PASSWORD
   */
  change(name: string, change: Partial<Omit<UserWish, 'name'>>): Promise<User>
  /**
   * Ends the sessions, too, and takes back the tokens that the user made.
   *
   * @returns the names of these tokens
   * @throws AppError AUTH_UNKNOWN, AUTH_CONFIGURED, AUTH_LAST_ADMIN
   */
  remove(name: string): readonly string[]
  /** Ends all sessions but one. @throws AppError AUTH_LOGIN, AUTH_CONFIGURED, AUTH_PASSWORD */
  changePassword(
    name: string,
    passwords: { readonly current: string; readonly next: string },
    keptSession: string | null,
  ): Promise<void>
  setPreferences(name: string, preferences: Readonly<Record<string, unknown>>): User
}

/** The users of a data directory. The last admin stays one. */
export function createUsers(of: {
  database: StoreDatabase
  passwords: Passwords
  clock: Pick<Clock, 'nowMs'>
}): Users {
  const { database, passwords, clock } = of
  const users = createUserTable(database)
  const sessions = createSessionTable(database)
  const tokens = createTokenTable(database)

  const found = (name: string): UserRow => {
    const user = users.get(name)
    if (user) return user
    throw new AppError('AUTH_UNKNOWN', `there is no user "${name}"`)
  }
  const own = (name: string): UserRow => {
    const user = found(name)
    if (user.origin === 'local') return user
    throw new AppError(
      'AUTH_CONFIGURED',
      `"${name}" is one of http.users of the configuration: change it there`,
    )
  }
  const keepAdmin = (name: string) => {
    if (users.admins() > 0) return
    throw new AppError('AUTH_LAST_ADMIN', `"${name}" is the last admin; make another one first`)
  }
  const setHash = (name: string, passwordHash: string, keptSession: string | null) =>
    transaction(database, () => {
      users.put({ ...own(name), passwordHash, passwordMs: clock.nowMs() })
      sessions.removeOthers(name, keptSession)
    })
  return {
    list: () => users.all().map(shown),
    get: (name) => shown(found(name)),
    async add({ name: given, role, cameras, password }) {
      const name = userName(given)
      const free = () => {
        if (users.get(name)) throw new AppError('AUTH_NAME_TAKEN', `there is a user "${name}" already`)
      }
      free()
      checkCameras(role, cameras)
      checkPassword(password, name)
      const passwordHash = await passwords.hash(password)
      const [createdMs, origin] = [clock.nowMs(), 'local'] as const
      const user = {
        name,
        role,
        cameras,
        passwordHash,
        origin,
        preferences: {},
        createdMs,
        passwordMs: createdMs,
      }
      transaction(database, () => {
        free()
        users.put(user)
      })
      return shown(user)
    },
    async change(name, { password, ...change }) {
      own(name)
      if (password !== undefined) checkPassword(password, name)
      const passwordHash = password === undefined ? null : await passwords.hash(password)
      transaction(database, () => {
        const before = own(name)
        const user = { ...before, ...change }
        const next =
          change.role === 'admin' && change.cameras === undefined ? { ...user, cameras: null } : user
        checkCameras(next.role, next.cameras)
        users.put(passwordHash === null ? next : { ...next, passwordHash, passwordMs: clock.nowMs() })
        keepAdmin(name)
        if (before.role === 'admin' && next.role !== 'admin') {
          if (change.cameras === undefined)
            throw new AppError(
              'API_BAD_REQUEST',
              'cameras: an admin sees all; say which ones remain, or null (--all-cameras) for all of them',
            )
          removeMadeTokens(tokens, name)
        }
        if (passwordHash !== null) sessions.removeOthers(name, null)
      })
      return shown(found(name))
    },
    remove: (name) =>
      transaction(database, () => {
        own(name)
        users.remove(name)
        keepAdmin(name)
        return removeMadeTokens(tokens, name)
      }),
    async changePassword(name, { current, next }, keptSession) {
      const user = own(name)
      if (!(await passwords.verify(current, user.passwordHash)))
        throw new AppError('AUTH_LOGIN', 'the present password is wrong')
      checkPassword(next, name)
      setHash(name, await passwords.hash(next), keptSession)
    },
    setPreferences: (name, preferences) =>
      transaction(database, () => {
        const user = { ...found(name), preferences }
        users.put(user)
        return shown(user)
      }),
  }
}

function checkCameras(role: Role, cameras: readonly string[] | null): void {
  if (role === 'admin' && cameras !== null)
    throw new AppError(
      'API_BAD_REQUEST',
      'cameras: an admin sees every camera; leave them out, or take another role',
    )
}

function shown({ passwordHash: _hash, ...user }: UserRow): User {
  return user
}
