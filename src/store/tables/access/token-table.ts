import type { Role } from '../../../core/access/role.ts'
import type { StoreDatabase, StoreRow } from '../../store-database.ts'
import { toCameras, toRole } from './user-table.ts'

export interface TokenRow {
  readonly secretHash: string
  readonly id: string
  readonly name: string
  readonly role: Role
  /** Cameras that it opens; null: all. */
  readonly cameras: readonly string[] | null
  readonly createdMs: number
  readonly createdBy: string
  /** Null: never. */
  readonly expiresMs: number | null
  readonly usedMs: number | null
}

export interface TokenTable {
  /** By name. */
  all(): TokenRow[]
  find(secretHash: string): TokenRow | null
  named(name: string): TokenRow | null
  add(token: TokenRow): void
  touch(id: string, usedMs: number): void
  remove(id: string): boolean
}

export function createTokenTable(database: StoreDatabase): TokenTable {
  const all = database.prepare('SELECT * FROM token ORDER BY name')
  const find = database.prepare('SELECT * FROM token WHERE secret = ?')
  const named = database.prepare('SELECT * FROM token WHERE name = ?')
  const add = database.prepare(
    `INSERT INTO token (secret, id, name, role, cameras, created_ms, created_by, expires_ms, used_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const touch = database.prepare('UPDATE token SET used_ms = ? WHERE id = ?')
  const remove = database.prepare('DELETE FROM token WHERE id = ?')
  const orNull = (row: StoreRow | undefined) => (row === undefined ? null : toToken(row))
  return {
    all: () => all.all().map(toToken),
    find: (secretHash) => orNull(find.get(secretHash)),
    named: (name) => orNull(named.get(name)),
    add: (token) =>
      void add.run(
        token.secretHash,
        token.id,
        token.name,
        token.role,
        token.cameras && JSON.stringify(token.cameras),
        token.createdMs,
        token.createdBy,
        token.expiresMs,
        token.usedMs,
      ),
    touch: (id, usedMs) => void touch.run(usedMs, id),
    remove: (id) => remove.run(id).changes > 0,
  }
}

const toToken = (row: StoreRow): TokenRow => ({
  secretHash: String(row.secret),
  id: String(row.id),
  name: String(row.name),
  role: toRole(row.role),
  cameras: toCameras(row.cameras),
  createdMs: Number(row.created_ms),
  createdBy: String(row.created_by),
  expiresMs: row.expires_ms === null ? null : Number(row.expires_ms),
  usedMs: row.used_ms === null ? null : Number(row.used_ms),
})
