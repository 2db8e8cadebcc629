import type { Config } from '../config/schema.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/telemetry-port.ts'
import type { FileGuard } from '../store/file-guard.ts'
import { openAccessDatabase } from '../store/tables/access/access-database.ts'
import { createUserTable } from '../store/tables/access/user-table.ts'
import { type Audit, createAudit } from './audit.ts'
import {
  type ConfiguredUser,
  type FirstAdmin,
  makeFirstAdmin,
  takeConfiguredUsers,
} from './configured-users.ts'
import { createLogin, type Login } from './login.ts'
import { createLoginLimit } from './login-limit.ts'
import { createPasswords, type Passwords } from './passwords.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { createUsers, type Users } from './users.ts'

/** Who may do what: users with sessions, tokens, and a record of what they did. */
export interface Access {
  readonly users: Users
  readonly sessions: Sessions
  readonly tokens: Tokens
  readonly audit: Audit
  readonly login: Login
  /** @returns the first admin, made where there is none; null where there is one */
  prepare(wanted: readonly ConfiguredUser[], options: { firstAdmin: boolean }): Promise<FirstAdmin | null>
  close(): void
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Opens the users of a data directory. @throws AppError STORE_OPEN, STORE_DAMAGED, STORE_VERSION */
export function openAccess(options: {
  readonly dataDir: string
  readonly http: Pick<Config['http'], 'sessions' | 'audit'>
  readonly clock: Clock
  readonly log: Log
  readonly guard?: Pick<FileGuard, 'watch'>
  /** For tests: hashes that cost nothing. */
  readonly passwords?: Passwords
}): Access {
  const { dataDir, http, clock, log, guard, passwords = createPasswords() } = options
  const database = openAccessDatabase(dataDir)
  guard?.watch(database)
  const parts = { database, passwords, clock }
  const bounds = { idleMs: http.sessions.idleHours * hourMs, mostMs: http.sessions.mostDays * dayMs }
  const sessions = createSessions({ ...parts, bounds })
  const audit = createAudit({ database, clock, log, keepMs: http.audit.keepDays * dayMs })
  let cancel = () => {}
  const prune = () => {
    try {
      sessions.prune()
      audit.prune()
    } catch (thrown) {
      log.warn({ err: thrown }, 'old sessions could not be removed')
    }
    cancel = clock.after(hourMs, prune)
  }
  cancel = clock.after(hourMs, prune)
  const limit = createLoginLimit(clock)
  const users = createUsers(parts)
  return {
    users: {
      ...users,
      async changePassword(name, given, keptSession) {
        // Who found an open browser guesses no faster than at the door.
        const takeBack = limit.takeOwn(name)
        await users.changePassword(name, given, keptSession)
        takeBack()
      },
    },
    sessions,
    tokens: createTokens(parts),
    audit,
    login: createLogin({
      users: createUserTable(database),
      sessions,
      passwords,
      limit,
      audit,
    }),
    async prepare(wanted, { firstAdmin }) {
      await takeConfiguredUsers(wanted, parts)
      return firstAdmin ? makeFirstAdmin(parts) : null
    },
    close() {
      cancel()
      audit.close()
      database.close()
    },
  }
}
