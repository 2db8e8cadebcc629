import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { type Clock, systemClock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { boundConnections } from './bound-connections.ts'
import { answerRaw, parserError } from './raw-answer.ts'
import type { TlsMaterial } from './tls-files.ts'

export interface ServerLimits {
  /** Most connections, and most of one address. */
  readonly connections: number
  readonly connectionsOfAddress: number
  /** From the first byte to the end of the header, and to the end of the body. */
  readonly headerMs: number
  readonly requestMs: number
  /** Without a byte in either direction, and without a request after an answer. */
  readonly idleMs: number
  readonly keepAliveMs: number
  /** How often those that are late are looked for. */
  readonly checkMs: number
  readonly headerBytes: number
}

export const defaultLimits: ServerLimits = {
  connections: 128,
  connectionsOfAddress: 64,
  headerMs: 8000,
  requestMs: 20_000,
  idleMs: 30_000,
  keepAliveMs: 10_000,
  checkMs: 1000,
  headerBytes: 16_384,
}

/** A server of Node's that nobody can hold up with connections; what its parser refuses has the form of all errors. */
export function createBoundedServer(
  handler: RequestListener,
  limits: ServerLimits = defaultLimits,
  clock: Pick<Clock, 'monoMs'> = systemClock,
  tls?: TlsMaterial,
): Server {
  const settings = {
    headersTimeout: limits.headerMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headerBytes,
    // A body that comes in chunks of one byte is taken a little at a time.
    highWaterMark: 8192,
    // Node would answer without a body; the guard refuses it in the form of all errors.
    requireHostHeader: false,
  }
  const server: Server = tls
    ? createTlsServer({ ...settings, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: limits.headerMs })
    : createServer(settings)
  server.setTimeout(limits.idleMs)
  server.maxRequestsPerSocket = 1000
  boundConnections(server, {
    most: limits.connections,
    mostOfAddress: limits.connectionsOfAddress,
    patienceMs: limits.requestMs,
    clock,
    refuse(socket) {
      // Before its handshake nobody could read an answer.
      if (tls) socket.destroy()
      else answerRaw(socket, new AppError('API_BUSY', 'too many connections; try again'))
    },
  })
  const answers = new WeakMap<Socket, ServerResponse>()
  server.on('request', (request, response) => {
    answers.set(request.socket, response)
    handler(request, response)
  })
  // An expectation that is not known is not met, and says nothing against the request.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('connect', (_request, socket) =>
    answerRaw(socket as Socket, new AppError('API_BAD_REQUEST', 'this is no proxy')),
  )
  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as Socket
    const answer = answers.get(socket)
    const halfSent = answer?.headersSent && !answer.writableFinished
    if (halfSent || error.code === 'ECONNRESET') socket.destroy()
    else answerRaw(socket, parserError(error.code))
  })
  return server
}
