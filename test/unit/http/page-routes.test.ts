import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { createServer, type Server, type ServerOptions } from '../../../src/http/create-server.ts'
import { pagePolicy } from '../../../src/http/web/page-policy.ts'
import { tempDir } from '../../support/temp-dir.ts'

const headers = { host: 'localhost' }
const script = 'export const answer = 42\n'
let server: Server

function serve(options: Partial<ServerOptions> = {}): Server {
  const folder = tempDir('page')
  mkdirSync(join(folder, 'assets'))
  writeFileSync(
    join(folder, 'index.html'),
    '<base href="/console/" /><script src="./assets/a-1.js"></script>',
  )
  writeFileSync(join(folder, 'assets/a-1.js'), script)
  writeFileSync(join(folder, 'assets/a-1.js.br'), brotliCompressSync(script))
  writeFileSync(join(folder, 'secret.txt'), 'not a part of the build')
  server = createServer({
    health: { ready: () => true, cameras: () => [], models: () => [] },
    metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
    pageFolder: folder,
    ...options,
  })
  return server
}
afterEach(() => server.close())

describe('the page of the console', () => {
  it.each(['/', '/console'])('is where %s leads to', async (url) => {
    const answer = await serve().inject({ url, headers })
    expect([answer.statusCode, answer.headers.location]).toEqual([302, '/console/'])
  })

  it.each(['/console/', '/console/alerts', '/console/alerts/abc', '/console/a/b/c'])(
    'is at every address of a page: %s',
    async (url) => {
      const answer = await serve({ token: 'a-token-of-length' }).inject({ url, headers })
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
      expect(answer.headers['cache-control']).toBe('no-cache')
      expect(answer.headers['content-security-policy']).toBe(pagePolicy)
      expect(answer.body).toContain('<base href="/console/"')
    },
  )

  it('is not sent twice to who has it', async () => {
    const page = serve()
    const { etag } = (await page.inject({ url: '/console/', headers })).headers
    const again = await page.inject({
      url: '/console/live',
      headers: { ...headers, 'if-none-match': `${etag}` },
    })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  it('says below which path a proxy has it', async () => {
    const page = serve({ basePath: '/cctv' })
    expect((await page.inject({ url: '/console/', headers })).body).toContain('<base href="/cctv/console/"')
    expect((await page.inject({ url: '/', headers })).headers.location).toBe('/cctv/console/')
  })

  it('has files that a browser keeps for a year, compressed where it can read that', async () => {
    const page = serve()
    const url = '/console/assets/a-1.js'
    const plain = await page.inject({ url, headers })
    expect(plain.body).toBe(script)
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(plain.headers.etag).toBeDefined()
    expect(plain.headers['x-content-type-options']).toBe('nosniff')
    const small = await page.inject({ url, headers: { ...headers, 'accept-encoding': 'gzip, br' } })
    expect(small.headers['content-encoding']).toBe('br')
    expect(small.headers.vary).toContain('accept-encoding')
    expect(small.rawPayload).toEqual(brotliCompressSync(script))
    expect(small.headers['content-type']).toMatch(/javascript/)
  })

  it.each([
    '/console/secret.txt',
    '/console/assets/none.js',
    '/console/assets/../secret.txt',
    '/console/..%2fsecret.txt',
    '/console/assets/..%2f..%2fsecret.txt',
    '/console/index.html',
  ])('gives nothing else: %s', async (url) => {
    const answer = await serve().inject({ url, headers })
    expect(answer.statusCode).toBe(404)
    expect(answer.json().code).toBe('API_NOT_FOUND')
  })

  it('is off where http.console says so, and asks for the token as any other path', async () => {
    const page = serve({ console: false, token: 'a-token-of-length' })
    for (const url of ['/', '/console/', '/console/assets/a-1.js'])
      expect((await page.inject({ url, headers })).statusCode).toBe(401)
  })

  it('says in a clone how it is built', async () => {
    const answer = await serve({ pageFolder: null }).inject({ url: '/console/', headers })
    expect(answer.statusCode).toBe(404)
    expect(answer.json().message).toContain('npm run build:web')
  })

  it('is no part of the API, and hides none of it', async () => {
    const page = serve()
    const { paths } = (await page.inject({ url: '/openapi.json', headers })).json()
    expect(Object.keys(paths).filter((path) => path.startsWith('/console'))).toEqual([])
    expect((await page.inject({ url: '/api/v1/nothing', headers })).json().code).toBe('API_NOT_FOUND')
  })
})
