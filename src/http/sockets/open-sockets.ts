import type { IncomingMessage } from 'node:http'
import websocket from '@fastify/websocket'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { AppError } from '../../core/errors.ts'
import type { Log } from '../../core/telemetry-port.ts'
import { becameSocket } from '../bound-connections.ts'

/** Nobody has to say anything. */
const mostMessageBytes = 4096
/** How long the other side may take to say goodbye when the server ends. */
const goodbyeMs = 500

/** Teaches a server to upgrade requests, for the rows of sockets; when it closes they are told, and ended. */
export function openSockets(app: FastifyInstance, log: Log): void {
  // Else any row of the table would be answered with a socket, which is closed at once but stays until the other side
  // lets go of it.
  app.addHook('onRequest', async (request) => {
    const { upgrade } = request.raw as typeof request.raw & { readonly upgrade?: boolean }
    if (upgrade && !request.is404 && !request.routeOptions.config.socket)
      throw new AppError('API_BAD_REQUEST', 'there is no WebSocket at this path')
  })
  app.addHook('onReady', async () => {
    app.websocketServer.on('connection', (_socket: WebSocket, { socket }: IncomingMessage) =>
      app.server.emit(becameSocket, socket),
    )
  })
  app.register(websocket, {
    options: { maxPayload: mostMessageBytes, perMessageDeflate: false },
    errorHandler(thrown: unknown, socket: WebSocket) {
      log.error({ err: thrown }, 'a socket failed unexpectedly')
      socket.terminate()
    },
    preClose(this: FastifyInstance, done: () => void) {
      const goodbyes = [...this.websocketServer.clients].map((socket) => sayGoodbye(socket))
      void Promise.all(goodbyes).then(() => done())
    },
  })
}

/**
 * Node lets go of a connection that asks for an upgrade: one that gets an ordinary answer instead, such as a refusal, would
 * stay open until the other side ends it.
 */
export function endAfterAnswer({ raw: request }: FastifyRequest, { raw: response }: FastifyReply): void {
  const { upgrade } = request as typeof request & { readonly upgrade?: boolean }
  if (upgrade) response.once('finish', () => request.socket.destroySoon())
}

function sayGoodbye(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => socket.terminate(), goodbyeMs)
    socket.once('close', () => {
      clearTimeout(late)
      resolve()
    })
    socket.close(1001, 'the server ends')
  })
}
