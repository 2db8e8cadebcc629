import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { AppError } from '../../core/errors.ts'
import type { Access } from '../route.ts'
import type { AccountsPort } from './accounts-port.ts'
import { refuseForged } from './forged.ts'
import { guardRole, type Identity } from './identity.ts'
import { guardLoopback, isLocalProgram, isPassedOn } from './local-program.ts'
import type { PeerCheck } from './peer-check.ts'

/** Who is asked who he is: everybody, all but programs of this machine, or nobody on a loopback address. */
export type AccessMode = 'login' | 'people' | 'open'

export interface GuardOptions {
  readonly mode: AccessMode
  readonly token: string | undefined
  readonly accounts: AccountsPort | undefined
  /** What the cookie of a session says; undefined without one. */
  readonly cookieOf: (request: FastifyRequest) => string | undefined
  /** Whether the program at the other end of a connection over loopback is of the own user. */
  readonly isOwnPeer: PeerCheck
}

/** Who makes a request, and how he is known. */
interface Known {
  readonly identity: Identity
  /** Of a session or a token that is kept: what it is kept under. */
  readonly secretHash: string | null
}

export interface Guard {
  /**
   * Lets a request through that a row's access allows, with its identity set.
   *
   * @throws AppError API_UNAUTHORIZED, API_FORBIDDEN, AUTH_FORGED
   */
  check(request: FastifyRequest, access: Access | undefined): void
  /**
   * Who a request is from that was let through, as he is now; null when the session or token ended. For what stays open:
   * it counts as use.
   */
  recheck(request: FastifyRequest): Identity | null
  /** What the session of a request is kept under; null where it has none. */
  sessionOf(request: FastifyRequest): string | null
}

/** Finds out who makes a request: by token, by session, or by where it comes from. */
export function createGuard({ mode, token, accounts, cookieOf, isOwnPeer }: GuardOptions): Guard {
  const known = new WeakMap<FastifyRequest, Known>()

  const byToken = (given: string): Known => {
    if (token !== undefined && timingSafeEqual(digest(given), digest(token)))
      return { identity: { name: 'token', role: 'admin', cameras: null, via: 'token' }, secretHash: null }
    const opened = accounts?.tokens.open(given)
    if (!opened) throw new AppError('API_UNAUTHORIZED', 'this token opens nothing (any more)')
    const { secretHash, ...rights } = opened
    return { identity: { ...rights, via: 'token' }, secretHash }
  }
  const bySession = (request: FastifyRequest): Known | null => {
    const cookie = accounts && cookieOf(request)
    const opened = cookie === undefined ? null : accounts!.sessions.open(cookie)
    if (!opened) return null
    refuseForged(request)
    const { secretHash, ...rights } = opened
    return { identity: { ...rights, via: 'session' }, secretHash }
  }
  /** What somebody elsewhere sends through a proxy is asked in every mode. */
  const needNotSay = (request: FastifyRequest): boolean =>
    token === undefined &&
    ((mode === 'open' && !isPassedOn(request)) || (mode === 'people' && isLocalProgram(request, isOwnPeer)))
  const identify = (request: FastifyRequest): Known => {
    const { authorization } = request.headers
    if (authorization !== undefined && (token !== undefined || accounts))
      return byToken(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '')
    const found = bySession(request)
    if (found) return found
    if (needNotSay(request)) {
      guardLoopback(request)
      const identity = { name: 'loopback', role: 'admin', cameras: null, via: 'loopback' } as const
      return { identity, secretHash: null }
    }
    throw new AppError(
      'API_UNAUTHORIZED',
      'log in, or give a token (http.token, or one of vireo token add) as: Authorization: Bearer <token>',
    )
  }
  return {
    check(request, access) {
      if (access === 'anyone') return
      try {
        const found = identify(request)
        known.set(request, found)
        request.identity = found.identity
      } catch (thrown) {
        // Strangers get less.
        if (access === 'partly' && thrown instanceof AppError && thrown.code === 'API_UNAUTHORIZED') return
        throw thrown
      }
      if (access !== undefined && access !== 'partly') guardRole(request.identity, access)
    },
    recheck(request) {
      const found = known.get(request)
      if (!found) return null
      const { identity, secretHash } = found
      if (secretHash === null) return identity
      const kept = identity.via === 'session' ? accounts!.sessions : accounts!.tokens
      const opened = kept.reopen(secretHash)
      return opened && { name: opened.name, role: opened.role, cameras: opened.cameras, via: identity.via }
    },
    sessionOf(request) {
      const found = known.get(request)
      return found?.identity.via === 'session' ? found.secretHash : null
    },
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest()
