import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import type { AccessMode } from '../../../../src/http/access/create-guard.ts'
import { createServer, type Server, type ServerOptions } from '../../../../src/http/create-server.ts'
import { fakeSite } from '../fake-site.ts'
import { goodPassword, testAccounts } from '../test-accounts.ts'

let server: Server
let accounts: ReturnType<typeof testAccounts>
afterEach(async () => {
  await server.close()
  accounts.close()
})

async function start(access: AccessMode, more: Partial<ServerOptions> = {}) {
  accounts = testAccounts()
  const { site, asked } = fakeSite()
  server = createServer({
    port: 8080,
    site,
    accounts,
    access,
    health: { ready: () => true, cameras: () => [], models: () => [] },
    metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
    ...more,
  })
  await accounts.users.add({ name: 'ann', role: 'admin', cameras: null, password: goodPassword })
  asked.length = 0
  return asked
}

const call = (headers: Record<string, string> = {}, method = 'GET', url = '/api/v1/status') =>
  server.inject({ method: method as 'GET', url, headers })

async function logIn(headers: Record<string, string> = {}) {
  const payload = { name: 'ann', password: goodPassword }
  const reply = await server.inject({ method: 'POST', url: '/api/v1/session', payload, headers })
  return { reply, cookie: String(reply.headers['set-cookie']) }
}
const sentAs = (cookie: string) => cookie.split(';')[0]!
const host = '127.0.0.1:8080'
const browser = { host, 'user-agent': 'Mozilla/5.0 (X11)' }

describe('people log in', () => {
  it.each([
    ['a program', { host, 'user-agent': 'curl/8' }, 200],
    ['a program without a name', { host, 'user-agent': '' }, 200],
    ['a browser', browser, 401],
    ['a page', { host, 'sec-fetch-site': 'same-origin' }, 401],
    ['a page of another origin', { host, origin: 'https://other.example' }, 401],
    ['somebody behind a proxy', { host, 'x-forwarded-for': '203.0.113.9' }, 401],
    ['somebody behind another proxy', { host, forwarded: 'for=203.0.113.9' }, 401],
    ['a session that ended', { host, cookie: 'vireo-session-8080=old' }, 401],
    ['a name that leads here', { host: 'rebound.example' }, 403],
    ['a token that is none', { host, authorization: 'Bearer vireo_x' }, 401],
  ])('but %s of this machine gets what it is due', async (_who, headers, status) => {
    await start('people')
    expect((await call(headers)).statusCode).toBe(status)
  })

  it('and so do programs where there is a token, a proxy, or login for all', async () => {
    await start('people', { token: 'a-token-of-sixteen' })
    expect((await call({ host })).statusCode).toBe(401)
    await server.close()
    accounts.close()
    await start('people', { trustProxy: ['192.0.2.1'] })
    expect((await call({ host })).statusCode).toBe(401)
    await server.close()
    accounts.close()
    await start('login')
    expect((await call({ host })).statusCode).toBe(401)
  })
})

/** What proxies, balancers, tunnels and content networks add. */
const ofProxies = [
  ...['Forwarded', 'Via', 'X-Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto'],
  ...['X-Forwarded-Server', 'X-Forwarded-Port', 'X-Forwarded-Prefix', 'X-Forwarded-Client-Cert'],
  ...['X-Real-IP', 'X-Real-Port', 'X-Client-IP', 'X-Cluster-Client-IP', 'X-ProxyUser-IP', 'X-Remote-IP'],
  ...['X-Original-Host', 'X-Original-URL', 'X-Original-URI', 'X-Original-Forwarded-For', 'X-Scheme'],
  ...['CF-Connecting-IP', 'CF-Connecting-IPv6', 'CF-Ray', 'CF-Visitor', 'CF-IPCountry', 'CF-Worker'],
  ...['CDN-Loop', 'True-Client-IP', 'Client-IP', 'WL-Proxy-Client-IP', 'Proxy-Client-IP', 'Proxy-Connection'],
  ...['Fastly-Client-IP', 'Fastly-FF', 'Fastly-SSL', 'Fly-Client-IP', 'Fly-Region', 'DO-Connecting-IP'],
  ...['X-Envoy-External-Address', 'X-Envoy-Expected-Rq-Timeout-Ms', 'X-Amzn-Trace-Id', 'X-Amz-Cf-Id'],
  ...[
    'CloudFront-Viewer-Address',
    'X-Azure-ClientIP',
    'X-Azure-Ref',
    'X-FD-HealthProbe',
    'X-ARR-SSL',
    'X-ARR-LOG-ID',
  ],
  ...['Disguised-Host', 'X-WAWS-Unencoded-URL', 'X-AppEngine-User-IP', 'X-Cloud-Trace-Context', 'X-Varnish'],
  ...['Tailscale-User-Login', 'X-Vercel-Forwarded-For', 'X-NF-Client-Connection-IP', 'Akamai-Origin-Hop'],
  ...[
    'X-Akamai-Edgescape',
    'Incap-Client-IP',
    'X-Sucuri-ClientIP',
    'Front-End-Https',
    'X-URL-Scheme',
    'X-SSL',
  ],
  ...['SSL-Client-Verify', 'X-SSL-Client-Verify', 'X-BlueCoat-Via', 'Surrogate-Capability', 'Max-Forwards'],
]

describe('a request that a proxy of this machine passes on', () => {
  it.each(['people', 'open'] as const)('is asked who it is from, with %s as well', async (mode) => {
    await start(mode)
    const passed = []
    for (const name of ofProxies)
      if ((await call({ host, [name]: '1' })).statusCode !== 401) passed.push(name)
    expect(passed).toEqual([])
  })

  it.each(['close', 'Close', 'foo, close', 'close , Upgrade'])(
    'is asked where each request has a connection of its own: %s',
    async (connection) => {
      await start('people')
      expect((await call({ host, connection })).statusCode).toBe(401)
    },
  )

  it('is asked where it is of HTTP/1.0, as the best known proxy sends it', async () => {
    for (const mode of ['people', 'open'] as const) {
      await start(mode, { port: 0 })
      const { hostname, port } = new URL(await server.listen())
      const socket = connect(Number(port), hostname)
      socket.end(`GET /api/v1/status HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 401 /)
      if (mode === 'open') break
      await server.close()
      accounts.close()
    }
  })

  it('is asked where the program at the other end is of another user', async () => {
    await start('people', { isOwnPeer: () => false })
    expect((await call({ host })).statusCode).toBe(401)
    await server.close()
    accounts.close()
    await start('people', { isOwnPeer: () => true })
    expect((await call({ host })).statusCode).toBe(200)
    expect((await call({ host, via: '1.1 a' })).statusCode).toBe(401)
  })

  it.each([
    [
      'accept',
      'accept-encoding',
      'accept-language',
      'content-type',
      'x-request-id',
      'traceparent',
      'x-api-key',
    ],
    ['x-prometheus-scrape-timeout-seconds', 'cache-control', 'pragma', 'te', 'dnt', 'x-vireo-csrf'],
  ])('is no program that says %s, %s, %s', async (...names) => {
    await start('people')
    const headers = Object.fromEntries(names.map((name) => [name, '1']))
    expect((await call({ host, connection: 'keep-alive', ...headers })).statusCode).toBe(200)
  })

  it.each(['people', 'open'] as const)('is asked wherever a proxy is set, also with %s', async (mode) => {
    await start(mode, { basePath: '/cctv' })
    expect((await call({ host }, 'GET', '/cctv/api/v1/status')).statusCode).toBe(401)
    expect((await call({ host }, 'GET', '/api/v1/session')).json()).toMatchObject({ access: 'login' })
    await server.close()
    accounts.close()
    await start(mode, { trustProxy: ['127.0.0.1'] })
    expect((await call({ host })).statusCode).toBe(401)
  })
})

describe('a page of another origin', () => {
  it.each(['cross-site', 'same-site'])('reads nothing where nobody is asked: %s', async (site) => {
    await start('open')
    const reply = await call({ host, 'sec-fetch-site': site })
    expect([reply.statusCode, reply.json().code]).toEqual([403, 'API_FORBIDDEN'])
  })

  it.each(['same-origin', 'none'])('is not the own one, nor the bar of addresses: %s', async (site) => {
    await start('open')
    expect((await call({ host, 'sec-fetch-site': site })).statusCode).toBe(200)
  })
})

describe('what the API answers', () => {
  it.each(['/api/v1/status', '/api/v1/session', '/api/v1/nothing', '/api/v1/cameras/%zz'])(
    'is kept by no browser: %s',
    async (url) => {
      await start('open')
      const reply = await call({ host }, 'GET', url)
      expect(reply.headers['cache-control']).toBe('no-store')
    },
  )
})

describe('a session', () => {
  it('is a cookie that no script reads and no other site sends', async () => {
    await start('login')
    const { reply, cookie } = await logIn()
    expect(reply.json()).toMatchObject({ identity: { name: 'ann', role: 'admin', via: 'session' } })
    expect(cookie).toMatch(
      /^vireo-session-8080=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect((await call({ cookie: sentAs(cookie) })).statusCode).toBe(200)
    const out = await call({ cookie: sentAs(cookie), 'x-vireo-csrf': '1' }, 'DELETE', '/api/v1/session')
    expect(String(out.headers['set-cookie'])).toMatch(/^vireo-session-8080=; Max-Age=0/)
    expect((await call({ cookie: sentAs(cookie) })).statusCode).toBe(401)
  })

  it.each([
    ['without the header', {}, 'AUTH_FORGED'],
    ['with it', { 'x-vireo-csrf': '1' }, null],
    ['of the same origin', { 'x-vireo-csrf': '1', origin: `http://${host}` }, null],
    ['of another origin', { 'x-vireo-csrf': '1', origin: 'http://127.0.0.1:9999' }, 'AUTH_FORGED'],
    ['of no origin', { 'x-vireo-csrf': '1', origin: 'null' }, 'AUTH_FORGED'],
    ['of a neighbour', { 'x-vireo-csrf': '1', 'sec-fetch-site': 'same-site' }, 'AUTH_FORGED'],
    ['of another site', { 'x-vireo-csrf': '1', 'sec-fetch-site': 'cross-site' }, 'AUTH_FORGED'],
  ])('changes something only where the console asks: %s', async (_how, headers: object, code) => {
    const asked = await start('login')
    const { cookie } = await logIn()
    const all = { host, cookie: sentAs(cookie), ...headers }
    const reply = await call(all, 'POST', '/api/v1/cameras/gate/pause')
    expect([reply.statusCode, reply.json().code ?? null]).toEqual([code ? 403 : 200, code])
    expect(asked).toHaveLength(code ? 0 : 1)
    // What only looks is refused to other pages, too, and needs no header.
    const look = await call({ ...all, 'x-vireo-csrf': '' })
    expect(look.statusCode).toBe(/neighbour|another|no origin/.test(_how) ? 403 : 200)
  })

  it('is begun by no page of another origin', async () => {
    await start('login')
    expect((await logIn({ host, origin: 'https://other.example' })).reply.json().code).toBe('AUTH_FORGED')
  })
})

describe('behind a proxy', () => {
  it('the path of the cookie is that of the proxy, and both paths are answered', async () => {
    await start('login', { basePath: '/cctv', trustProxy: ['127.0.0.1'] })
    const { cookie } = await logIn({ 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' })
    expect(cookie).toMatch(/; Path=\/cctv; HttpOnly; Secure; SameSite=Strict$/)
    const headers = { cookie: sentAs(cookie) }
    expect((await call(headers, 'GET', '/cctv/api/v1/status')).statusCode).toBe(200)
    expect((await call(headers)).statusCode).toBe(200)
    expect((await call(headers, 'GET', '/cctvx/api/v1/status')).statusCode).toBe(404)
    expect(accounts.audit.list({}, { limit: 1 }).items[0]?.address).toBe('203.0.113.9')
  })

  it('believes no address that somebody else sends', async () => {
    await start('login', { trustProxy: ['192.0.2.1'] })
    const { cookie } = await logIn({ 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' })
    expect(cookie).not.toContain('Secure')
    expect(accounts.audit.list({}, { limit: 1 }).items[0]?.address).toBe('127.0.0.1')
  })

  it('a page is known by the name that the proxy tells', async () => {
    await start('login', { trustProxy: ['127.0.0.1'] })
    const { cookie } = await logIn()
    const headers = { cookie: sentAs(cookie), host: '127.0.0.1:8080', origin: 'https://nvr.example' }
    expect((await call(headers)).statusCode).toBe(403)
    expect((await call({ ...headers, 'x-forwarded-host': 'nvr.example' })).statusCode).toBe(200)
  })
})

describe('guesses', () => {
  it('are answered with when to try again', async () => {
    await start('login')
    const wrong = () =>
      server.inject({ method: 'POST', url: '/api/v1/session', payload: { name: 'ann', password: 'x' } })
    for (let n = 0; n < 10; n += 1) expect((await wrong()).statusCode).toBe(401)
    const reply = await wrong()
    expect([reply.statusCode, reply.json().code, reply.headers['retry-after']]).toEqual([
      429,
      'AUTH_TOO_MANY',
      '15',
    ])
  })
})

describe('a token that is made', () => {
  it('says by whom: a user, or another token, which no user can be called as', async () => {
    await start('login')
    const make = async (name: string, headers: Record<string, string>) => {
      const payload = { name, role: 'admin' }
      const reply = await server.inject({ method: 'POST', url: '/api/v1/tokens', payload, headers })
      return reply.json()
    }
    const { cookie } = await logIn()
    const first = await make('ann2', { cookie: sentAs(cookie), 'x-vireo-csrf': '1' })
    const second = await make('third', { authorization: `Bearer ${first.secret}` })
    expect([first.token.createdBy, second.token.createdBy]).toEqual(['ann', 'token ann2'])
  })
})

describe('the record', () => {
  it('has who changed what, and who tried to', async () => {
    await start('login')
    await accounts.users.add({ name: 'bob', role: 'viewer', cameras: null, password: goodPassword })
    const secret = accounts.tokens.add({
      name: 'prom',
      role: 'viewer',
      cameras: null,
      expiresMs: null,
      createdBy: 'ann',
    })
    await call({ authorization: `Bearer ${secret.secret}` }, 'POST', '/api/v1/cameras/gate/pause')
    const { cookie } = await logIn()
    await call({ cookie: sentAs(cookie), 'x-vireo-csrf': '1' }, 'POST', '/api/v1/cameras/gate/pause')
    const { items } = accounts.audit.list({}, { limit: 3 })
    expect(items.map(({ who, via, object, result }) => [who, via, object, result])).toEqual([
      ['ann', 'session', 'gate', 'ok'],
      ['ann', 'login', '', 'ok'],
      ['prom', 'token', 'gate', 'API_FORBIDDEN'],
    ])
  })
})
