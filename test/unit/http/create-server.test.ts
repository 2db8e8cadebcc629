import { afterEach, describe, expect, it } from 'vitest'
import type { CameraStatus } from '../../../src/core/camera-status.ts'
import { createServer, type Server } from '../../../src/http/create-server.ts'

let server: Server
afterEach(() => server.close())

const camera: CameraStatus = {
  cameraId: 'gate',
  state: 'offline',
  reason: 'rtsp://a:hunter2@h refused',
  code: 'CAMERA_UNREACHABLE',
  sinceMs: 1,
  epoch: 1,
  attempt: 2,
  picture: 'ok',
}

function start(ready: () => boolean, metricsText = async () => 'x 1\n') {
  server = createServer({
    port: 0,
    health: { ready, cameras: () => [camera], models: () => [{ name: 'm', version: '1', ready: true }] },
    metrics: { metricsText, metricsContentType: 'text/plain; version=0.0.4; charset=utf-8' },
  })
  return server
}

describe('createServer', () => {
  it('is alive whether ready or not', async () => {
    const reply = await start(() => false).inject('/healthz')
    expect(reply.statusCode).toBe(200)
    expect(reply.json()).toEqual({ status: 'alive' })
  })

  it('is ready once the port says so, and shows cameras and models without secrets', async () => {
    let ready = false
    start(() => ready)
    expect((await server.inject('/readyz')).statusCode).toBe(503)
    ready = true
    const reply = await server.inject('/readyz')
    expect(reply.statusCode).toBe(200)
    expect(reply.json()).toMatchObject({
      ready: true,
      cameras: [{ cameraId: 'gate' }],
      models: [{ name: 'm' }],
    })
    expect(reply.body).not.toContain('hunter2')
  })

  it('gives metrics as Prometheus text', async () => {
    const reply = await start(() => true).inject('/metrics')
    expect(reply.headers['content-type']).toContain('version=0.0.4')
    expect(reply.body).toBe('x 1\n')
  })

  it('hides what went wrong inside', async () => {
    start(
      () => true,
      async () => {
        throw new Error('inner hunter2')
      },
    )
    const reply = await server.inject('/metrics')
    expect(reply.statusCode).toBe(500)
    expect(reply.json()).toMatchObject({ code: 'BUG_UNEXPECTED' })
    expect(reply.body).not.toContain('hunter2')
    expect((await server.inject('/nope')).statusCode).toBe(404)
  })

  it('listens on loopback by default and stops on close', async () => {
    const url = await start(() => true).listen()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    await server.close()
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })
})
