import type { Role } from '../core/access/role.ts'
import { asMaker } from '../core/access/token-maker.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { type StoreDatabase, transaction } from '../store/store-database.ts'
import { createTokenTable, type TokenRow } from '../store/tables/access/token-table.ts'
import { removeMadeTokens } from './made-tokens.ts'
import { noteUse } from './note-use.ts'
import { hashSecret, newId, newSecret } from './secrets.ts'
import type { Opened } from './sessions.ts'
import { userName } from './user-name.ts'

export type Token = Omit<TokenRow, 'secretHash'>

export interface TokenWish {
  readonly name: string
  readonly role: Role
  readonly cameras: readonly string[] | null
  /** Null: it never ends. */
  readonly expiresMs: number | null
  readonly createdBy: string
}

/** Access of programs. */
export interface Tokens {
  /** Whose secret it is, and that it is used now; null when it opens nothing (any more). */
  open(secret: string): Opened | null
  /** The same by what it is kept under. */
  reopen(secretHash: string): Opened | null
  list(): Token[]
  /** @returns with the secret, which is shown this once. @throws AppError API_BAD_REQUEST, AUTH_NAME_TAKEN */
  add(wish: TokenWish): { readonly token: Token; readonly secret: string }
  /** By id or name, with the tokens that were made with it. @throws AppError AUTH_UNKNOWN */
  remove(idOrName: string): Token
}

const mostTokens = 500
/** So that it is known for what it is where it is found. */
const prefix = 'vireo_'

export function createTokens(of: { database: StoreDatabase; clock: Pick<Clock, 'nowMs'> }): Tokens {
  const { database, clock } = of
  const table = createTokenTable(database)
  const found = (secretHash: string) => {
    const token = table.find(secretHash)
    return token && (token.expiresMs === null || clock.nowMs() < token.expiresMs) ? token : null
  }
  const reopen = (secretHash: string): Opened | null => {
    const token = found(secretHash)
    if (!token) return null
    const { id, usedMs, name, role, cameras } = token
    noteUse(usedMs, clock.nowMs(), (nowMs) => table.touch(id, nowMs))
    return { name, role, cameras, secretHash }
  }
  return {
    open: (secret) => (secret.startsWith(prefix) ? reopen(hashSecret(secret)) : null),
    reopen,
    list: () => table.all().map(shown),
    add({ name: given, role, cameras, expiresMs, createdBy }) {
      const name = userName(given)
      if (role === 'admin' && cameras !== null)
        throw new AppError(
          'API_BAD_REQUEST',
          'cameras: a token of an admin opens every camera; leave them out',
        )
      if (expiresMs !== null && expiresMs <= clock.nowMs())
        throw new AppError('API_BAD_REQUEST', 'expires: the time is past')
      const secret = `${prefix}${newSecret()}`
      const [secretHash, createdMs] = [hashSecret(secret), clock.nowMs()]
      const token = {
        secretHash,
        id: newId(),
        name,
        role,
        cameras,
        createdMs,
        createdBy,
        expiresMs,
        usedMs: null,
      }
      transaction(database, () => {
        if (table.named(name)) throw new AppError('AUTH_NAME_TAKEN', `there is a token "${name}" already`)
        if (table.all().length >= mostTokens)
          throw new AppError('API_BAD_REQUEST', `there are ${mostTokens} tokens; remove some first`)
        table.add(token)
      })
      return { token: shown(token), secret }
    },
    remove: (idOrName) =>
      transaction(database, () => {
        const token = table.all().find(({ id, name }) => id === idOrName || name === idOrName)
        if (!token) throw new AppError('AUTH_UNKNOWN', `there is no token "${idOrName}"`)
        table.remove(token.id)
        removeMadeTokens(table, asMaker(token.name))
        return shown(token)
      }),
  }
}

function shown({ secretHash: _hash, ...token }: TokenRow): Token {
  return token
}
