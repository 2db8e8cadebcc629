import { asMaker } from '../../core/access/token-maker.ts'
import type { AccountsPort, TokenEntry, UserEntry } from '../access/accounts-port.ts'
import type { Identity } from '../access/identity.ts'
import { type Route, route } from '../route.ts'
import { accessSchemas } from '../schemas/access-schemas.ts'

/** Users, tokens, and the record of who did what: for admins. */
export function userRoutes({ users, sessions, tokens, audit }: AccountsPort): readonly Route[] {
  const [tag, access] = ['access', 'admin'] as const
  const oneUser = '/api/v1/users/:name'
  return [
    route({
      method: 'GET',
      path: '/api/v1/users',
      access,
      tag,
      summary: 'The users',
      answer: [200, accessSchemas.userList],
      handle: () => ({ users: users.list().map(shownUser) }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/users',
      access,
      tag,
      summary: 'Add a user',
      body: accessSchemas.userWish,
      answer: [201, accessSchemas.user],
      errors: [400, 409, 422, 503],
      handle: async ({ body, reply }) => reply.code(201).send(shownUser(await users.add(body))),
    }),
    route({
      method: 'PATCH',
      path: oneUser,
      access,
      tag,
      summary: 'Change the role, the cameras or the password of a user',
      params: accessSchemas.userName,
      body: accessSchemas.userChange,
      answer: [200, accessSchemas.user],
      errors: [400, 404, 409, 422, 503],
      handle: async ({ params: { name }, body }) => shownUser(await users.change(name, body)),
    }),
    route({
      method: 'DELETE',
      path: oneUser,
      access,
      tag,
      summary: 'Remove a user, and the tokens that he made; the last admin stays',
      params: accessSchemas.userName,
      answer: [200, accessSchemas.userList],
      errors: [404, 409],
      handle({ params: { name } }) {
        users.remove(name)
        return { users: users.list().map(shownUser) }
      },
    }),
    route({
      method: 'DELETE',
      path: `${oneUser}/sessions`,
      access,
      tag,
      summary: 'Log a user out everywhere',
      params: accessSchemas.userName,
      answer: [200, accessSchemas.user],
      errors: [404],
      handle({ params: { name } }) {
        const user = users.get(name)
        sessions.endAll(name)
        return shownUser(user)
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/tokens',
      access,
      tag,
      summary: 'The tokens of programs, without their secrets',
      answer: [200, accessSchemas.tokenList],
      handle: () => ({ tokens: tokens.list().map(shownToken) }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/tokens',
      access,
      tag,
      summary: 'Make a token; its secret is in this answer and nowhere else',
      body: accessSchemas.tokenWish,
      answer: [201, accessSchemas.newToken],
      errors: [400, 409],
      handle({ identity, body: { expiresAt, ...wish }, reply }) {
        const expiresMs = expiresAt === null ? null : Date.parse(expiresAt)
        const made = tokens.add({ ...wish, expiresMs, createdBy: makerOf(identity) })
        return reply.code(201).send({ token: shownToken(made.token), secret: made.secret })
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/v1/tokens/:tokenId',
      access,
      tag,
      summary: 'Take a token back, and those made with it; they open nothing from then on',
      params: accessSchemas.tokenId,
      answer: [200, accessSchemas.tokenList],
      errors: [400, 404],
      handle({ params: { tokenId } }) {
        tokens.remove(tokenId)
        return { tokens: tokens.list().map(shownToken) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/audit',
      access,
      tag,
      summary: 'Who did what, the newest first',
      query: accessSchemas.auditQuery,
      answer: [200, accessSchemas.auditList],
      errors: [400],
      handle({ query: { who, since, until, limit, cursor } }) {
        const filter = {
          ...(who !== undefined && { who }),
          ...(since !== undefined && { sinceMs: Date.parse(since) }),
          ...(until !== undefined && { untilMs: Date.parse(until) }),
        }
        const { items, next } = audit.list(filter, { limit, ...(cursor !== undefined && { after: cursor }) })
        return { entries: items.map(({ atMs, ...entry }) => ({ at: timeOf(atMs), ...entry })), next }
      },
    }),
  ]
}

/** A token that makes others has no name of a user: with a user the tokens go that he made. */
const makerOf = ({ name, via }: Identity) => (via === 'token' && name !== 'token' ? asMaker(name) : name)

const timeOf = (ms: number) => new Date(ms).toISOString()

function shownUser({ createdMs, passwordMs, preferences: _own, ...user }: UserEntry) {
  return { ...user, createdAt: timeOf(createdMs), passwordAt: timeOf(passwordMs) }
}

function shownToken({ createdMs, expiresMs, usedMs, ...token }: TokenEntry) {
  const orNull = (ms: number | null) => (ms === null ? null : timeOf(ms))
  return { ...token, createdAt: timeOf(createdMs), expiresAt: orNull(expiresMs), usedAt: orNull(usedMs) }
}
