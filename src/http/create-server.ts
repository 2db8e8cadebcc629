import type { Server as TlsServer } from 'node:https'
import cookie from '@fastify/cookie'
import files from '@fastify/static'
import swagger from '@fastify/swagger'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { systemClock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { type Log, noTelemetry } from '../core/telemetry-port.ts'
import type { AccountsPort } from './access/accounts-port.ts'
import { auditHook } from './access/audit-hook.ts'
import { type AccessMode, createGuard } from './access/create-guard.ts'
import { createPeerCheck, type PeerCheck } from './access/peer-check.ts'
import { createSessionCookie } from './access/session-cookie.ts'
import { boundBody } from './bound-body.ts'
import { createBoundedServer, type ServerLimits } from './bounded-server.ts'
import { createEventStreams } from './events/event-stream.ts'
import { guardHeaders } from './guard-headers.ts'
import { mountRoutes } from './mount-routes.ts'
import { openApi } from './open-api.ts'
import { replyError } from './reply-error.ts'
import { routeTable } from './route-table.ts'
import { mergePatch } from './routes/camera-routes.ts'
import { yamlTypes } from './schemas/api-schemas.ts'
import type { ServedPorts } from './served-ports.ts'
import { liveSockets } from './sockets/live-sockets.ts'
import { mountSockets } from './sockets/mount-sockets.ts'
import { endAfterAnswer, openSockets } from './sockets/open-sockets.ts'
import { createTurns } from './take-turns.ts'
import { followTls, readTls, type TlsFiles } from './tls-files.ts'
import { withoutBase } from './without-base.ts'

export interface ServerOptions extends ServedPorts {
  /** Loopback unless told otherwise. */
  readonly host?: string
  readonly port?: number
  /** Bearer token that opens everything. */
  readonly token?: string
  /** Whether the console's page is served, if `pageFolder` is given; true unless told otherwise. */
  readonly console?: boolean
  /** Where the built page lies; null where it is not built, absent for a server without it. */
  readonly pageFolder?: string | null
  /** Who is asked who he is. Without accounts and token nobody is, and only requests to loopback are answered. */
  readonly access?: AccessMode
  /** For tests: whose program is at the other end of a connection over loopback. */
  readonly isOwnPeer?: PeerCheck
  /** Users, sessions and tokens; absent: there are none. */
  readonly accounts?: AccountsPort
  readonly sessions?: { readonly mostDays: number }
  /** Path under which a reverse proxy shows this server, such as `/cctv`; requests with and without it are answered. */
  readonly basePath?: string
  /** Addresses of proxies whose X-Forwarded headers are believed. */
  readonly trustProxy?: readonly string[]
  readonly log?: Log
  /** Certificate and key; absent: HTTP without encryption. They are read again when they change. */
  readonly tls?: TlsFiles
  /** For tests: others than the server's own. */
  readonly limits?: ServerLimits
}

export interface Server {
  /** Starts listening; resolves with the address as a URL. */
  listen(): Promise<string>
  /** A request without a socket, for tests. */
  readonly inject: FastifyInstance['inject']
  close(): Promise<void>
}

const mostBodyBytes = 64 * 1024
/** Most requests that wait for their turn. */
const mostWaiting = 256

/**
 * Health, metrics and, with a `site`, the REST API with its OpenAPI document at /openapi.json. /healthz answers
 * everyone; /readyz tells strangers only whether it is ready; all else needs a role.
 */
export function createServer(options: ServerOptions): Server {
  const {
    events,
    live,
    token,
    accounts,
    access = accounts ? 'login' : 'open',
    basePath = '',
    trustProxy = [],
    host = '127.0.0.1',
    port = 8080,
    log = noTelemetry.log,
    limits,
    pageFolder,
  } = options
  const page = pageFolder === undefined || options.console === false ? undefined : pageFolder
  const turn = createTurns(mostWaiting)
  const sessionCookie = createSessionCookie({ port, basePath, mostDays: options.sessions?.mostDays ?? 30 })
  const behindProxy = trustProxy.length > 0 || basePath !== ''
  // Behind a proxy everybody comes from its address, whatever else is said.
  const mode = behindProxy ? 'login' : access
  const guard = createGuard({
    mode,
    token,
    accounts,
    cookieOf: sessionCookie.of,
    isOwnPeer: options.isOwnPeer ?? createPeerCheck(),
  })
  const check = (request: FastifyRequest) => guard.check(request, request.routeOptions.config?.access)
  const material = options.tls && readTls(options.tls)
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: mostBodyBytes,
    exposeHeadRoutes: false,
    trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
    rewriteUrl: (request) => withoutBase(request.url ?? '/', basePath),
    routerOptions: { maxParamLength: 200 },
    serverFactory: (handler) => createBoundedServer(handler, limits, systemClock, material),
    // Paths that are none never come to a route, and so to none of its hooks.
    frameworkErrors(thrown, request, reply) {
      reply.headers(guardHeaders)
      endAfterAnswer(request, reply)
      try {
        check(request)
        replyError(reply, thrown, log)
      } catch (refused) {
        replyError(reply, refused, log)
      }
    },
  })
  app.setErrorHandler((thrown, _request, reply) => replyError(reply, thrown, log))
  app.setNotFoundHandler((_request, reply) =>
    replyError(reply, new AppError('API_NOT_FOUND', 'There is nothing at this path.'), log),
  )
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(guardHeaders)
    endAfterAnswer(request, reply)
    if (request.routeOptions.config?.access !== 'anyone') await turn()
    check(request)
  })
  app.addHook('preValidation', async (request) => boundBody(request.body))
  app.addContentTypeParser(mergePatch, { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'))
  app.addContentTypeParser(yamlTypes.slice(0, 2), { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  const streams = events && createEventStreams({ events, clock: systemClock })
  // They end by themselves before connections are ended, so that pages see an end and no fault.
  app.addHook('preClose', async () => streams?.close())
  if (live) openSockets(app, log)
  app.register(cookie)
  app.decorateRequest('recheck', function () {
    return guard.recheck(this)
  })
  if (accounts) app.addHook('onResponse', auditHook(accounts.audit))
  app.register(swagger, openApi)
  // The build has laid a .br and a .gz beside what is worth it.
  if (page) app.register(files, { root: page, serve: false, preCompressed: true })
  app.register(async (scope) => {
    const document = () => scope.swagger()
    const parts = {
      streams,
      access: accounts && { accounts, mode, guard, setCookie: sessionCookie.set },
      document,
      page: page === undefined ? undefined : { folder: page, basePath },
    }
    mountRoutes(scope, routeTable(options, parts))
    if (live) mountSockets(scope, liveSockets(live))
    // Made before anybody asks, because it takes a while.
    scope.addHook('onReady', async () => void document())
  })

  if (options.tls) {
    const stop = followTls(app.server as unknown as TlsServer, options.tls, { clock: systemClock, log })
    app.addHook('onClose', async () => stop())
  }

  return {
    // With one socket, so that there is one set of limits.
    async listen() {
      const address = await app.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port })
      return material ? address.replace(/^http:/, 'https:') : address
    },
    inject: app.inject.bind(app) as FastifyInstance['inject'],
    close: () => app.close(),
  }
}
