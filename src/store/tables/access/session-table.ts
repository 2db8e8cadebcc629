import type { Role } from '../../../core/access/role.ts'
import type { StoreDatabase, StoreRow } from '../../store-database.ts'
import { toCameras, toRole } from './user-table.ts'

export interface SessionRow {
  /** Hash of what the browser holds. */
  readonly secretHash: string
  /** What it is called where it is listed. */
  readonly id: string
  readonly user: string
  readonly createdMs: number
  readonly usedMs: number
  readonly address: string
  /** What the browser calls itself. */
  readonly agent: string
}

export type SessionUser = SessionRow & { readonly role: Role; readonly cameras: readonly string[] | null }

export interface SessionTable {
  /** With the user as he is now. */
  find(secretHash: string): SessionUser | null
  /** The latest used first. */
  ofUser(user: string): SessionRow[]
  count(): number
  add(session: SessionRow): void
  touch(secretHash: string, usedMs: number): void
  remove(secretHash: string): void
  removeId(user: string, id: string): boolean
  /** All of a user but one. */
  removeOthers(user: string, keptSecretHash: string | null): void
  /** Those that ended, and of a user those beyond the latest so many. */
  removeOld(before: { readonly usedMs: number; readonly createdMs: number }): void
  removeBeyond(user: string, most: number): void
}

export function createSessionTable(database: StoreDatabase): SessionTable {
  const prepare = (sql: string) => database.prepare(sql)
  const find = prepare(
    'SELECT session.*, user.role, user.cameras FROM session JOIN user ON user.name = session.user WHERE secret = ?',
  )
  const ofUser = prepare('SELECT * FROM session WHERE user = ? ORDER BY used_ms DESC, id')
  const count = prepare('SELECT count(*) AS n FROM session')
  const add = prepare(
    'INSERT INTO session (secret, id, user, created_ms, used_ms, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const touch = prepare('UPDATE session SET used_ms = ? WHERE secret = ?')
  const remove = prepare('DELETE FROM session WHERE secret = ?')
  const removeId = prepare('DELETE FROM session WHERE user = ? AND id = ?')
  const removeOthers = prepare('DELETE FROM session WHERE user = ? AND secret <> ?')
  const removeOld = prepare('DELETE FROM session WHERE used_ms < ? OR created_ms < ?')
  const removeBeyond = prepare(
    `DELETE FROM session WHERE secret IN
       (SELECT secret FROM session WHERE user = ? ORDER BY used_ms DESC, secret LIMIT -1 OFFSET ?)`,
  )
  return {
    find(secretHash) {
      const row = find.get(secretHash)
      return row === undefined
        ? null
        : { ...toSession(row), role: toRole(row.role), cameras: toCameras(row.cameras) }
    },
    ofUser: (user) => ofUser.all(user).map(toSession),
    count: () => Number(count.get()?.n),
    add: ({ secretHash, id, user, createdMs, usedMs, address, agent }) =>
      void add.run(secretHash, id, user, createdMs, usedMs, address, agent),
    touch: (secretHash, usedMs) => void touch.run(usedMs, secretHash),
    remove: (secretHash) => void remove.run(secretHash),
    removeId: (user, id) => removeId.run(user, id).changes > 0,
    removeOthers: (user, kept) => void removeOthers.run(user, kept ?? ''),
    removeOld: ({ usedMs, createdMs }) => void removeOld.run(usedMs, createdMs),
    removeBeyond: (user, most) => void removeBeyond.run(user, most),
  }
}

const toSession = (row: StoreRow): SessionRow => ({
  secretHash: String(row.secret),
  id: String(row.id),
  user: String(row.user),
  createdMs: Number(row.created_ms),
  usedMs: Number(row.used_ms),
  address: String(row.address),
  agent: String(row.agent),
})
