import { execFileSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { connect, type PeerCertificate } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { createServer, type Server } from '../../../src/http/create-server.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { goodPassword, testAccounts } from './test-accounts.ts'

let server: Server
const accounts = testAccounts()
afterEach(() => server?.close())

/** A certificate that this machine makes for itself. */
function certificate(folder: string, name: string) {
  const files = { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) }
  const of = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`]
  const to = ['-keyout', files.keyFile, '-out', files.certFile, '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...of, ...to], { stdio: 'ignore' })
  return files
}

function start(tls: { certFile: string; keyFile: string }, told: string[] = []) {
  const note = (_fields: object, message: string) => void told.push(message)
  server = createServer({
    port: 0,
    tls,
    accounts,
    access: 'login',
    log: { debug: note, info: note, warn: note, error: note },
    health: { ready: () => true, cameras: () => [], models: () => [] },
    metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
  })
  return server.listen()
}

const servedName = (url: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(
      { port: Number(new URL(url).port), host: '127.0.0.1', rejectUnauthorized: false },
      () => {
        resolve((socket.getPeerCertificate() as PeerCertificate).subject.CN as string)
        socket.destroy()
      },
    ).once('error', reject)
  })

describe('TLS', () => {
  it('is spoken with the certificate of the files, and the cookie of a session is for it alone', async () => {
    await accounts.users.add({ name: 'ann', role: 'viewer', cameras: null, password: goodPassword })
    const url = await start(certificate(tempDir('tls'), 'first'))
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    const body = JSON.stringify({ name: 'ann', password: goodPassword })
    const cookie = await new Promise<string>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', connection: 'close' }
      request(`${url}/api/v1/session`, { method: 'POST', headers, rejectUnauthorized: false }, (reply) => {
        reply.resume()
        resolve(String(reply.headers['set-cookie']))
      })
        .once('error', reject)
        .end(body)
    })
    expect(cookie).toMatch(/; HttpOnly; Secure; SameSite=Strict/)
  })

  it('takes another certificate when the files change, and keeps the one before where it is none', async () => {
    const folder = tempDir('tls')
    const [files, next] = [certificate(folder, 'first'), certificate(folder, 'second')]
    const told: string[] = []
    const url = await start(files, told)
    expect(await servedName(url)).toBe('first')
    writeFileSync(files.certFile, 'no certificate')
    await expect.poll(() => told.join(), { timeout: 10_000 }).toContain('the certificate stays as it was')
    expect(await servedName(url)).toBe('first')
    copyFileSync(next.certFile, files.certFile)
    copyFileSync(next.keyFile, files.keyFile)
    await expect.poll(() => servedName(url), { timeout: 10_000 }).toBe('second')
  })

  it('does not begin with files that are no certificate and its key', () => {
    const folder = tempDir('tls')
    const [one, other] = [certificate(folder, 'first'), certificate(folder, 'second')]
    const swapped = { certFile: one.certFile, keyFile: other.keyFile }
    expect(() => start(swapped)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => start({ ...one, keyFile: join(folder, 'none') })).toThrow(/http\.tls\.keyFile/)
  })
})
