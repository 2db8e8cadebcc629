import { type Role, roles } from '../../../core/access/role.ts'
import { anyObject, readJson, texts } from '../../read-json.ts'
import type { StoreDatabase, StoreRow } from '../../store-database.ts'

export interface UserRow {
  readonly name: string
  readonly role: Role
  /** Cameras that the user may see; null: all. */
  readonly cameras: readonly string[] | null
  /** As `hashPassword` makes it. */
  readonly passwordHash: string
  /** `config`: the configuration says all of it. */
  readonly origin: 'local' | 'config'
  /** What the user chose for the pages. */
  readonly preferences: Readonly<Record<string, unknown>>
  readonly createdMs: number
  readonly passwordMs: number
}

export interface UserTable {
  /** By name. */
  all(): UserRow[]
  get(name: string): UserRow | null
  /** Writes a user, in place of the one who has the name. */
  put(user: UserRow): void
  remove(name: string): boolean
  admins(): number
}

export function createUserTable(database: StoreDatabase): UserTable {
  const all = database.prepare('SELECT * FROM user ORDER BY name')
  const one = database.prepare('SELECT * FROM user WHERE name = ?')
  const put = database.prepare(
    `INSERT INTO user (name, role, cameras, password, origin, preferences, created_ms, password_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET role = excluded.role, cameras = excluded.cameras, password = excluded.password,
       origin = excluded.origin, preferences = excluded.preferences, password_ms = excluded.password_ms`,
  )
  const remove = database.prepare('DELETE FROM user WHERE name = ?')
  const admins = database.prepare("SELECT count(*) AS n FROM user WHERE role = 'admin'")
  return {
    all: () => all.all().map(toUser),
    get(name) {
      const row = one.get(name)
      return row === undefined ? null : toUser(row)
    },
    put: (user) =>
      void put.run(
        user.name,
        user.role,
        user.cameras && JSON.stringify(user.cameras),
        user.passwordHash,
        user.origin,
        JSON.stringify(user.preferences),
        user.createdMs,
        user.passwordMs,
      ),
    remove: (name) => remove.run(name).changes > 0,
    admins: () => Number(admins.get()?.n),
  }
}

function toUser(row: StoreRow): UserRow {
  return {
    name: String(row.name),
    role: toRole(row.role),
    cameras: toCameras(row.cameras),
    passwordHash: String(row.password),
    origin: row.origin === 'config' ? 'config' : 'local',
    preferences: readJson(row.preferences, anyObject) ?? {},
    createdMs: Number(row.created_ms),
    passwordMs: Number(row.password_ms),
  }
}

/** What cannot be read allows least. */
export const toRole = (value: unknown): Role => roles.find((role) => role === value) ?? 'viewer'

export const toCameras = (value: unknown): readonly string[] | null =>
  value === null ? null : (readJson(value, texts) ?? [])
