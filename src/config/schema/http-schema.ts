import { z } from 'zod'
import { roles } from '../../core/access/role.ts'
import { isLoopback } from '../check/is-loopback.ts'

const userSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._@-]{0,62}$/, 'small letters, digits and . _ @ -, at most 63')
    .refine(
      (name) => !['me', 'cli', 'token', 'loopback', 'nobody'].includes(name),
      'a name without a meaning of its own',
    )
    .describe('Name to log in with.'),
  role: z
    .enum(roles)
    .default('viewer')
    .describe('viewer looks, operator also judges and pauses, admin does all.'),
  cameras: z
    .array(z.string())
    .max(1000)
    .exactOptional()
    .describe('Ids of the cameras that the user may see. Absent: all. Not for an admin.'),
  password: z
    .string()
    .min(10)
    .max(200)
    .exactOptional()
    .describe('Secret: refer to an environment variable. Either this or passwordHash.'),
  passwordHash: z
    .string()
    .regex(
      /^\$scrypt\$ln=1[4-8],r=(1[0-6]|[1-9]),p=[1-8]\$[\w+/-]{11,86}\$[\w+/-]{43}$/,
      'what vireo user hash prints',
    )
    .exactOptional()
    .describe('What vireo user hash prints, in place of the password.'),
})

const tlsSchema = z.strictObject({
  certFile: z.string().min(1).describe('Certificate with its chain, PEM. Read again when the file changes.'),
  keyFile: z.string().min(1).describe('Its private key, PEM.'),
})

export const httpSchema = z.strictObject({
  host: z
    .string()
    .regex(/^[A-Za-z0-9.:_%-]{1,253}$/, 'an address or a name of this machine, without scheme, port and path')
    .default('127.0.0.1')
    .describe('Address to listen on. The default is loopback only.'),
  port: z.int().min(0).max(65_535).default(8080).describe('TCP port; 0 takes a free one.'),
  console: z
    .boolean()
    .default(true)
    .describe('Serve the console, a page for browsers, at /console/ of this address.'),
  access: z
    .enum(['login', 'people', 'open'])
    .default('people')
    .describe(
      'Who is asked who they are. login: everybody. people: all but programs of this machine that run as the user of vireo or as root, which need no token on a loopback address. open: nobody on a loopback address. Behind a proxy of this machine set login, or basePath or trustProxy, which make it login. With http.token every program needs a token.',
    ),
  token: z
    .string()
    .min(16)
    .exactOptional()
    .describe(
      'Bearer token that lets programs do everything. Secret: refer to an environment variable. Others are made with vireo token add.',
    ),
  users: z
    .array(userSchema)
    .max(100)
    .default([])
    .describe('Users whom the configuration makes, beside those of vireo user and the console.'),
  sessions: z
    .strictObject({
      idleHours: z
        .number()
        .positive()
        .max(8760)
        .default(24)
        .describe('Hours without use after which one logs in again.'),
      mostDays: z
        .number()
        .positive()
        .max(3650)
        .default(30)
        .describe('Days after which one logs in again in any case.'),
    })
    .prefault({})
    .describe('How long people stay logged in.'),
  audit: z
    .strictObject({
      keepDays: z
        .number()
        .positive()
        .max(3650)
        .default(365)
        .describe('Days that it stays known who changed what.'),
    })
    .prefault({})
    .describe('The record of who did what.'),
  tls: tlsSchema.exactOptional().describe('Absent: HTTP without encryption.'),
  basePath: z
    .string()
    .regex(/^(\/[A-Za-z0-9._~-]+)+$/, 'a path such as /vireo, without a slash at the end')
    .exactOptional()
    .describe('Path under which a reverse proxy shows this server. Absent: the root.'),
  trustProxy: z
    .array(z.string().regex(/^[0-9A-Fa-f.:]+(\/\d{1,3})?$/, 'an address or a network such as 10.0.0.0/8'))
    .max(50)
    .default([])
    .describe('Addresses of reverse proxies whose X-Forwarded-For, -Proto and -Host are believed.'),
  allowVariables: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable'))
    .max(100)
    .default([])
    .describe(
      'Environment variables that addresses of cameras in requests may refer to, beside those that this file refers to.',
    ),
})

type Issue = (path: (string | number)[], message: string) => void

/** Checks across the fields of `http`: who can reach it is asked who he is, and every user has one password. */
export function checkHttp(http: z.infer<typeof httpSchema>, cameras: readonly string[], issue: Issue): void {
  const { host, token, access, users, basePath, trustProxy } = http
  if (!isLoopback(host) && token === undefined && access !== 'login')
    issue(
      ['http', 'host'],
      `"${host}" can be reached by others; set http.token or http.access: login as well, or listen on 127.0.0.1, ::1 or localhost`,
    )
  if (access === 'open' && (basePath !== undefined || trustProxy.length > 0))
    issue(
      ['http', 'access'],
      'open asks nobody, and a proxy (http.basePath, http.trustProxy) shows it to others; set login, or leave the proxy out',
    )
  const seen = new Set<string>()
  users.forEach((user, at) => {
    const path = ['http', 'users', at]
    if (seen.has(user.name)) issue([...path, 'name'], `"${user.name}" is already used; names must be unique`)
    seen.add(user.name)
    if ((user.password === undefined) === (user.passwordHash === undefined))
      issue([...path, 'password'], 'give either password, as a reference to a variable, or passwordHash')
    if (user.role === 'admin' && user.cameras)
      issue([...path, 'cameras'], 'an admin sees every camera; leave cameras out, or take another role')
    user.cameras?.forEach((camera, index) => {
      if (!cameras.includes(camera))
        issue([...path, 'cameras', index], `there is no camera "${camera}"; accepted: ${cameras.join(', ')}`)
    })
  })
}
