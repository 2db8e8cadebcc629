import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { becameSocket, boundConnections } from '../../../src/http/bound-connections.ts'
import { defaultLimits } from '../../../src/http/bounded-server.ts'
import { createServer, type Server as VireoServer } from '../../../src/http/create-server.ts'
import { fakeLive } from './fake-live.ts'

function bounded(mostOfAddress: number) {
  const server = new EventEmitter()
  const refused: object[] = []
  boundConnections(server as Server, {
    most: 100,
    mostOfAddress,
    patienceMs: 1000,
    clock: { monoMs: () => 0 },
    refuse: (socket) => refused.push(socket),
  })
  let port = 1000
  const arrive = () => {
    port += 1
    const ends = { remoteAddress: '192.0.2.1', remotePort: port, destroyed: false }
    const socket = Object.assign(new EventEmitter(), ends, {
      destroy: () => {
        socket.destroyed = true
      },
    })
    server.emit('connection', socket)
    return socket
  }
  return { server, arrive, refused }
}

let running: VireoServer | undefined
const left: { destroy?: () => void; terminate?: () => void }[] = []
afterEach(async () => {
  for (const each of left.splice(0)) (each.terminate ?? each.destroy)?.call(each)
  await running?.close()
  running = undefined
})

async function listen(connectionsOfAddress: number) {
  running = createServer({
    port: 0,
    live: fakeLive().live,
    health: { ready: () => true, cameras: () => [], models: () => [] },
    metrics: { metricsText: async () => '', metricsContentType: 'text/plain' },
    limits: { ...defaultLimits, connectionsOfAddress },
  })
  return Number(new URL(await running.listen()).port)
}

describe('the bound of connections', () => {
  it('counts one that asks for an upgrade until it has it', () => {
    const { server, arrive } = bounded(2)
    const sockets = [arrive(), arrive(), arrive()]
    for (const socket of sockets) server.emit('upgrade', { socket })
    sockets.push(arrive())
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true, false, false])
  })

  it('lets go of what became a socket, over TLS as well, where a request has a socket of its own', () => {
    const { server, arrive, refused } = bounded(2)
    const sockets = [arrive(), arrive()]
    for (const { remoteAddress, remotePort } of sockets)
      server.emit(becameSocket, { remoteAddress, remotePort })
    sockets.push(arrive(), arrive())
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, false, false])
    expect(refused).toEqual([])
  })

  it.each(['/healthz', '/readyz', '/openapi.json', '/metrics', '/api/v1/nothing'])(
    'makes no socket where there is none, and ends who asks for one: %s',
    async (path) => {
      const port = await listen(2)
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
      left.push(socket)
      const status = await new Promise((resolve) => {
        socket.on('error', () => {})
        socket.once('open', () => resolve(101))
        socket.once('unexpected-response', (_request, reply) => {
          reply.resume().once('close', () => resolve(reply.statusCode))
        })
      })
      expect(status).toBe(path.endsWith('nothing') ? 404 : 400)
    },
  )

  it('leaves open what became a socket', async () => {
    const port = await listen(2)
    const sockets: WebSocket[] = []
    for (let at = 0; at < 4; at += 1) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/cameras/gate/live?as=mjpeg`)
      left.push(socket)
      sockets.push(socket)
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    }
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    expect(sockets.map(({ readyState }) => readyState)).toEqual([1, 1, 1, 1])
  })
})
