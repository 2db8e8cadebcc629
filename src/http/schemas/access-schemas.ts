import { z } from 'zod'
import { roles } from '../../core/access/role.ts'
import { pageFields, slug, time } from './api-fields.ts'

const name = z.string().min(1).max(63).describe('Of a user or token: letters a to z, digits and . _ @ -')
const password = z.string().min(1).max(1000)
const role = z.enum(roles)
const cameras = z.array(slug).max(1000).nullable().describe('Cameras that may be seen; null: all.')
const rights = { name, role, cameras }
const preferences = z.strictObject({
  language: z.enum(['en', 'zh']).nullable().default(null).describe('null: that of the browser'),
  theme: z.enum(['light', 'dark']).nullable().default(null).describe('null: that of the system'),
})
const identity = z.strictObject({
  ...rights,
  via: z.enum(['session', 'token', 'loopback']).describe('How this request is known.'),
})
const user = z.strictObject({
  ...rights,
  origin: z.enum(['local', 'config']).describe('config: one of http.users, changed there only'),
  createdAt: time,
  passwordAt: time.describe('When the password was set.'),
})
const session = z.strictObject({
  id: z.string(),
  createdAt: time,
  usedAt: time,
  address: z.string(),
  agent: z.string().describe('What the browser calls itself.'),
  current: z.boolean().describe('Whether it makes this request.'),
})
const token = z.strictObject({
  ...rights,
  id: z.string(),
  createdAt: time,
  createdBy: z.string(),
  expiresAt: time.nullable().describe('null: never'),
  usedAt: time.nullable().describe('null: not yet'),
})
const id = z.string().regex(/^[0-9a-f]{16}$/, 'an id of this list')

/** What requests and answers about users, sessions, tokens and the record look like. */
export const accessSchemas = {
  login: z.strictObject({ name: z.string().min(1).max(200), password }),
  standing: z.strictObject({
    access: z.enum(['login', 'people', 'open']).describe('Who has to say who he is: see http.access.'),
    identity: identity.nullable().describe('null: nobody is logged in'),
    preferences: preferences.describe('What who is logged in chose for the pages.'),
    firstTime: z.boolean().describe('Whether nobody has logged in yet.'),
  }),
  logout: z.strictObject({
    everywhere: z.stringbool({ error: 'true or false' }).default(false).describe('All sessions of the user.'),
  }),
  me: z.strictObject({ ...identity.shape, preferences }),
  preferences: z.strictObject({
    language: preferences.shape.language.unwrap().exactOptional(),
    theme: preferences.shape.theme.unwrap().exactOptional(),
  }),
  ownPassword: z.strictObject({ current: password, next: password }),
  sessionList: z.strictObject({ sessions: z.array(session) }),
  sessionId: z.strictObject({ sessionId: id }),
  userList: z.strictObject({ users: z.array(user) }),
  user,
  userName: z.strictObject({ name }),
  userWish: z.strictObject({ name, role, cameras: cameras.default(null), password }),
  userChange: z
    .strictObject({
      role: role.exactOptional(),
      cameras: cameras.exactOptional(),
      password: password.exactOptional(),
    })
    .describe(
      'What is given is changed; another password ends all sessions. Who is made less than an admin needs cameras, too, and loses the tokens that he made.',
    ),
  tokenList: z.strictObject({ tokens: z.array(token) }),
  token,
  tokenId: z.strictObject({ tokenId: id }),
  tokenWish: z.strictObject({
    name,
    role,
    cameras: cameras.default(null),
    expiresAt: time.nullable().default(null),
  }),
  newToken: z.strictObject({
    token,
    secret: z.string().describe('The bearer token. It is shown this once.'),
  }),
  auditQuery: z.strictObject({
    who: z.string().max(100).exactOptional(),
    since: time.exactOptional(),
    until: time.exactOptional(),
    ...pageFields,
  }),
  auditList: z.strictObject({
    entries: z.array(
      z.strictObject({
        at: time,
        who: z.string(),
        via: z.string().describe('session, token, loopback, login or cli'),
        address: z.string(),
        action: z.string().describe('Such as `POST /api/v1/cameras/:id/pause`, or `login`.'),
        object: z.string().describe('To what it was done, where the action does not say it.'),
        result: z.string().describe('`ok`, or a code of docs/errors.md'),
      }),
    ),
    next: z.string().nullable().describe('Give it as cursor; null: there are no more.'),
  }),
} as const
