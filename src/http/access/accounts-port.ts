import type { AuditEntry, AuditFilter } from '../../core/access/audit-entry.ts'
import type { Role } from '../../core/access/role.ts'
import type { Page, PageRequest } from '../../core/page.ts'

/** Users, sessions, tokens and the record, as the REST API sees them; `openAccess` is one. Nothing here holds a secret. */
export interface AccountsPort {
  readonly users: {
    list(): readonly UserEntry[]
    get(name: string): UserEntry
    add(wish: UserWish): Promise<UserEntry>
    change(name: string, change: Partial<Omit<UserWish, 'name'>>): Promise<UserEntry>
    remove(name: string): unknown
    changePassword(
      name: string,
      passwords: { readonly current: string; readonly next: string },
      keptSession: string | null,
    ): Promise<void>
    setPreferences(name: string, preferences: Readonly<Record<string, unknown>>): UserEntry
  }
  readonly sessions: {
    open(secret: string): OpenedBy | null
    reopen(secretHash: string): OpenedBy | null
    list(user: string, current: string | null): readonly SessionEntry[]
    end(secretHash: string): void
    endId(user: string, id: string): void
    endAll(user: string): void
    isFresh(): boolean
  }
  readonly tokens: {
    open(secret: string): OpenedBy | null
    reopen(secretHash: string): OpenedBy | null
    list(): readonly TokenEntry[]
    add(wish: TokenWish): { readonly token: TokenEntry; readonly secret: string }
    remove(idOrName: string): TokenEntry
  }
  readonly audit: {
    note(entry: Omit<AuditEntry, 'atMs'>): void
    list(filter: AuditFilter, request: PageRequest): Page<AuditEntry>
  }
  /** @returns the secret of a session that begins. @throws AppError AUTH_LOGIN, AUTH_TOO_MANY, API_BUSY */
  login(attempt: {
    readonly name: string
    readonly password: string
    readonly address: string
    readonly agent: string
  }): Promise<string>
}

/** Whom a secret opens the door for. */
export interface OpenedBy {
  readonly name: string
  readonly role: Role
  readonly cameras: readonly string[] | null
  readonly secretHash: string
}

interface Rights {
  readonly name: string
  readonly role: Role
  readonly cameras: readonly string[] | null
}

export interface UserEntry extends Rights {
  readonly origin: 'local' | 'config'
  readonly preferences: Readonly<Record<string, unknown>>
  readonly createdMs: number
  readonly passwordMs: number
}
export type UserWish = Rights & { readonly password: string }

export interface SessionEntry {
  readonly id: string
  readonly createdMs: number
  readonly usedMs: number
  readonly address: string
  readonly agent: string
  readonly current: boolean
}

export interface TokenEntry extends Rights {
  readonly id: string
  readonly createdMs: number
  readonly createdBy: string
  readonly expiresMs: number | null
  readonly usedMs: number | null
}
export type TokenWish = Rights & { readonly expiresMs: number | null; readonly createdBy: string }
