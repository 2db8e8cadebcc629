import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../support/listen.ts'

const script = join(import.meta.dirname, '../../docker/health-check.js')
let status = 200
const server = createServer((request, response) => {
  response.writeHead(request.url === '/readyz' ? status : 404).end()
})
beforeAll(() => listen(server))
afterAll(() => new Promise((resolve) => server.close(resolve)))

function check(port: number): Promise<number | null> {
  const env = { ...process.env, VIREO_HEALTH_URL: `http://127.0.0.1:${port}/readyz` }
  return new Promise((resolve) => {
    spawn(process.execPath, [script], { env, stdio: 'ignore' }).on('close', resolve)
  })
}

describe('docker/health-check.js', () => {
  it.each([
    [200, 0],
    [503, 1],
  ])('status %i ends with %i', async (answer, exit) => {
    status = answer
    expect(await check((server.address() as AddressInfo).port)).toBe(exit)
  })

  it('ends with 1 when nobody listens', async () => {
    expect(await check(1)).toBe(1)
  })
})
