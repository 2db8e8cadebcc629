import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../core/errors.ts'
import type { AccountsPort, SessionEntry } from '../access/accounts-port.ts'
import type { AccessMode, Guard } from '../access/create-guard.ts'
import { isOwnOrigin } from '../access/forged.ts'
import type { Identity } from '../access/identity.ts'
import { type Route, route } from '../route.ts'
import { accessSchemas } from '../schemas/access-schemas.ts'

export interface SessionParts {
  readonly accounts: AccountsPort
  readonly mode: AccessMode
  readonly guard: Guard
  readonly setCookie: (request: FastifyRequest, reply: FastifyReply, secret: string | null) => void
}

/** Logging in and out, and what is one's own: preferences, password, sessions. */
export function sessionRoutes({ accounts, mode, guard, setCookie }: SessionParts): readonly Route[] {
  const tag = 'access'
  const { users, sessions } = accounts
  const standing = [200, accessSchemas.standing] as const
  const me = (identity: Identity | null) => {
    const chosen = identity?.via === 'session' ? users.get(identity.name).preferences : {}
    return { ...identity, preferences: { language: null, theme: null, ...chosen } }
  }
  const standingOf = (identity: Identity | null) => ({
    access: mode,
    identity,
    preferences: me(identity).preferences,
    firstTime: sessions.isFresh(),
  })
  return [
    route({
      method: 'GET',
      path: '/api/v1/session',
      access: 'partly',
      tag,
      summary: 'Whether somebody is logged in, and whether one has to be',
      answer: standing,
      handle: ({ request }) => standingOf(request.identity),
    }),
    route({
      method: 'POST',
      path: '/api/v1/session',
      access: 'anyone',
      own: true,
      tag,
      summary: 'Log in; the answer sets a cookie',
      body: accessSchemas.login,
      answer: standing,
      errors: [400, 401, 403, 429, 503],
      async handle({ request, reply, body }) {
        if (!isOwnOrigin(request))
          throw new AppError('AUTH_FORGED', 'a page of another origin made this request')
        const agent = request.headers['user-agent'] ?? ''
        const secret = await accounts.login({ ...body, address: request.ip, agent })
        setCookie(request, reply, secret)
        const { secretHash: _hash, ...rights } = sessions.open(secret)!
        return standingOf({ ...rights, via: 'session' })
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/session',
      access: 'viewer',
      own: true,
      tag,
      summary: 'Log out, here or everywhere',
      query: accessSchemas.logout,
      answer: standing,
      handle({ request, reply, identity, query: { everywhere } }) {
        const current = guard.sessionOf(request)
        if (everywhere) sessions.endAll(loggedIn(identity))
        else if (current !== null) sessions.end(current)
        setCookie(request, reply, null)
        return standingOf(null)
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/me',
      access: 'viewer',
      tag,
      summary: 'Who one is, and what one chose',
      answer: [200, accessSchemas.me],
      handle: ({ identity }) => me(identity),
    }),
    route({
      method: 'PATCH',
      path: '/api/v1/me',
      access: 'viewer',
      own: true,
      tag,
      summary: 'Choose language and theme of the pages',
      body: accessSchemas.preferences,
      answer: [200, accessSchemas.me],
      errors: [400],
      handle({ identity, body }) {
        const name = loggedIn(identity)
        users.setPreferences(name, { ...users.get(name).preferences, ...body })
        return me(identity)
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/users/me/password',
      access: 'viewer',
      own: true,
      tag,
      summary: 'Another password for oneself; all other sessions end',
      body: accessSchemas.ownPassword,
      answer: [200, accessSchemas.me],
      errors: [400, 409, 422, 429, 503],
      async handle({ request, identity, body }) {
        await users.changePassword(loggedIn(identity), body, guard.sessionOf(request))
        return me(identity)
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/sessions',
      access: 'viewer',
      tag,
      summary: 'Where one is logged in',
      answer: [200, accessSchemas.sessionList],
      handle({ request, identity }) {
        const own = identity.via === 'session' ? sessions.list(identity.name, guard.sessionOf(request)) : []
        return { sessions: own.map(shownSession) }
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/sessions/:sessionId',
      access: 'viewer',
      own: true,
      tag,
      summary: 'Log out elsewhere',
      params: accessSchemas.sessionId,
      answer: [200, accessSchemas.sessionList],
      errors: [400, 404],
      handle({ request, identity, params: { sessionId } }) {
        const name = loggedIn(identity)
        sessions.endId(name, sessionId)
        return { sessions: sessions.list(name, guard.sessionOf(request)).map(shownSession) }
      },
    }),
  ]
}

/** The name of who is logged in. @throws AppError API_FORBIDDEN for programs */
function loggedIn({ via, name }: Identity): string {
  if (via === 'session') return name
  throw new AppError('API_FORBIDDEN', 'only a user who is logged in has that')
}

function shownSession({ createdMs, usedMs, ...session }: SessionEntry) {
  return { ...session, createdAt: new Date(createdMs).toISOString(), usedAt: new Date(usedMs).toISOString() }
}
