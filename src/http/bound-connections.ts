import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../core/clock.ts'

export interface ConnectionBounds {
  /** Most connections together. Each takes a descriptor that cameras and recordings need as well. */
  readonly most: number
  /** Most of one address. */
  readonly mostOfAddress: number
  /** How long an answer may take before its connection may be ended for another one's sake. */
  readonly patienceMs: number
  readonly clock: Pick<Clock, 'monoMs'>
  /** Tells a connection for which there is no room; it is ended afterwards. */
  readonly refuse: (socket: Socket) => void
}

/** What a server is told, with the connection, when an upgrade was answered with one. */
export const becameSocket = 'vireo-became-socket'

interface Connection {
  readonly address: string
  /** Its requests that have no whole answer yet. */
  readonly open: Map<IncomingMessage, number>
  sinceMs: number
}

/**
 * Keeps the connections of a server within bounds. Somebody new always finds room where another one only waits: at the
 * bound the connection is ended that has been without a whole request for the longest, of the address that has the
 * most. So nobody shuts others out by holding connections open, however slowly something drips in on them.
 */
export function boundConnections(server: Server, bounds: ConnectionBounds): void {
  const { most, mostOfAddress, patienceMs, clock, refuse } = bounds
  const connections = new Map<Socket, Connection>()
  /** By the other end: over TLS a request has a socket of its own. */
  const byPeer = new Map<string, Connection>()

  const waits = ({ open }: Connection) => [...open.keys()].every((request) => !request.complete)
  const isSlow = ({ open }: Connection) => {
    const beganMs = Math.min(...open.values())
    return clock.monoMs() - beganMs > patienceMs
  }
  /** Ends one connection of this address, or of any when null. */
  const makeRoom = (address: string | null): boolean => {
    const counts = new Map<string, number>()
    for (const each of connections.values()) counts.set(each.address, (counts.get(each.address) ?? 0) + 1)
    const ranked = [...connections]
      .filter(([, each]) => address === null || each.address === address)
      .filter(([, each]) => waits(each) || isSlow(each))
      .sort(
        ([, a], [, b]) =>
          Number(waits(b)) - Number(waits(a)) ||
          counts.get(b.address)! - counts.get(a.address)! ||
          a.sinceMs - b.sinceMs,
      )
    const [victim] = ranked[0] ?? []
    if (!victim) return false
    connections.delete(victim)
    victim.destroy()
    return true
  }

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const own = [...connections.values()].filter((each) => each.address === address).length
    const room = own >= mostOfAddress ? makeRoom(address) : connections.size < most || makeRoom(null)
    if (!room) return refuse(socket)
    const connection = { address, open: new Map(), sinceMs: clock.monoMs() }
    const peer = peerOf(socket)
    connections.set(socket, connection)
    byPeer.set(peer, connection)
    socket.once('close', () => {
      connections.delete(socket)
      if (byPeer.get(peer) === connection) byPeer.delete(peer)
    })
  })
  // Who asks for an upgrade has none yet. What became a socket is counted, asked whether it is there and ended by those
  // who opened it.
  server.on(becameSocket, (socket: Socket) => {
    const connection = byPeer.get(peerOf(socket))
    for (const [each, its] of connections) if (its === connection) connections.delete(each)
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = connections.get(request.socket) ?? byPeer.get(peerOf(request.socket))
    if (!connection) return
    connection.open.set(request, clock.monoMs())
    response.once('close', () => {
      connection.open.delete(request)
      connection.sinceMs = clock.monoMs()
    })
  })
}

const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`
