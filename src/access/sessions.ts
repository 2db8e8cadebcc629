import type { Role } from '../core/access/role.ts'
import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { cleanText } from '../core/text/clean-text.ts'
import { type StoreDatabase, transaction } from '../store/store-database.ts'
import { createSessionTable, type SessionRow } from '../store/tables/access/session-table.ts'
import { noteUse } from './note-use.ts'
import { hashSecret, newId, newSecret } from './secrets.ts'

export interface SessionBounds {
  /** Without use it ends after so long. */
  readonly idleMs: number
  /** Used or not it ends after so long. */
  readonly mostMs: number
}

/** What a secret opens: who it is, and what it is kept under. */
export interface Opened {
  readonly name: string
  readonly role: Role
  readonly cameras: readonly string[] | null
  readonly secretHash: string
}

export type Session = Omit<SessionRow, 'secretHash'>

export interface Sessions {
  /** Who has this secret, and that it is used now; null when it opens nothing (any more). */
  open(secret: string): Opened | null
  /** The same by what it is kept under. */
  reopen(secretHash: string): Opened | null
  /** @returns the secret, which only the browser keeps */
  begin(of: { readonly user: string; readonly address: string; readonly agent: string }): string
  /** Of a user, the latest used first, with the one that asks marked. */
  list(user: string, current: string | null): (Session & { readonly current: boolean })[]
  end(secretHash: string): void
  /** @throws AppError AUTH_UNKNOWN */
  endId(user: string, id: string): void
  endAll(user: string): void
  /** Whether a session of the user began from this address. */
  knows(user: string, address: string): boolean
  /** Whether there is no session, as before anybody has logged in. */
  isFresh(): boolean
  prune(): void
}

const mostOfUser = 50
const mostAgentLetters = 200

/** Sessions are kept on the disk, so that nobody logs in again after a restart. */
export function createSessions(of: {
  database: StoreDatabase
  clock: Pick<Clock, 'nowMs'>
  bounds: SessionBounds
}): Sessions {
  const { database, clock, bounds } = of
  const table = createSessionTable(database)
  const lives = ({ usedMs, createdMs }: SessionRow) => {
    const nowMs = clock.nowMs()
    return nowMs - usedMs < bounds.idleMs && nowMs - createdMs < bounds.mostMs
  }
  const found = (secretHash: string) => {
    const session = table.find(secretHash)
    return session && lives(session) ? session : null
  }
  const reopen = (secretHash: string): Opened | null => {
    const session = found(secretHash)
    if (!session) return null
    noteUse(session.usedMs, clock.nowMs(), (nowMs) => table.touch(secretHash, nowMs))
    return { name: session.user, role: session.role, cameras: session.cameras, secretHash }
  }
  const prune = () => {
    const nowMs = clock.nowMs()
    table.removeOld({ usedMs: nowMs - bounds.idleMs, createdMs: nowMs - bounds.mostMs })
  }
  return {
    open: (secret) => reopen(hashSecret(secret)),
    reopen,
    begin({ user, address, agent }) {
      const secret = newSecret()
      const nowMs = clock.nowMs()
      transaction(database, () => {
        prune()
        table.removeBeyond(user, mostOfUser - 1)
        table.add({
          secretHash: hashSecret(secret),
          id: newId(),
          user,
          createdMs: nowMs,
          usedMs: nowMs,
          address,
          agent: cleanText(agent).slice(0, mostAgentLetters),
        })
      })
      return secret
    },
    list: (user, current) =>
      table
        .ofUser(user)
        .filter(lives)
        .map(({ secretHash, ...session }) => ({ ...session, current: secretHash === current })),
    end: (secretHash) => table.remove(secretHash),
    endId(user, id) {
      if (!table.removeId(user, id)) throw new AppError('AUTH_UNKNOWN', 'there is no such session (any more)')
    },
    endAll: (user) => table.removeOthers(user, null),
    knows: (user, address) => table.ofUser(user).some((session) => session.address === address),
    isFresh: () => table.count() === 0,
    prune,
  }
}
