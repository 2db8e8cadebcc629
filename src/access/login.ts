import { AppError, toAppError } from '../core/errors.ts'
import type { UserTable } from '../store/tables/access/user-table.ts'
import type { Audit } from './audit.ts'
import type { LoginLimit } from './login-limit.ts'
import type { Passwords } from './passwords.ts'
import type { Sessions } from './sessions.ts'

export interface LoginAttempt {
  readonly name: string
  readonly password: string
  readonly address: string
  readonly agent: string
}

/** Begins a session. @returns its secret. @throws AppError AUTH_LOGIN, AUTH_TOO_MANY, API_BUSY */
export type Login = (attempt: LoginAttempt) => Promise<string>

/** Passwords longer than any are not hashed. */
const mostLetters = 1000

export function createLogin(of: {
  users: Pick<UserTable, 'get'>
  sessions: Sessions
  passwords: Passwords
  limit: LoginLimit
  audit: Audit
}): Login {
  const { users, sessions, passwords, limit, audit } = of
  return async ({ name: given, password, address, agent }) => {
    const name = given.normalize('NFKC').toLowerCase()
    const before = users.get(name)
    // Somebody may have typed the password into the field of the name.
    const who = before ? name : '(unknown)'
    const note = (result: string) =>
      audit.note({ who, via: 'login', address, action: 'login', object: '', result })
    try {
      const takeBack = limit.take({ address, name, known: before !== null && sessions.knows(name, address) })
      const isRight = await passwords.verify(password.slice(0, mostLetters), before?.passwordHash ?? null)
      const user = users.get(name)
      // Meanwhile the user may have been removed, or have another password.
      if (!isRight || user?.passwordHash !== before?.passwordHash)
        throw new AppError('AUTH_LOGIN', 'the name or the password is wrong')
      takeBack()
      const secret = sessions.begin({ user: name, address, agent })
      note('ok')
      return secret
    } catch (thrown) {
      note(toAppError(thrown).code)
      throw thrown
    }
  }
}
