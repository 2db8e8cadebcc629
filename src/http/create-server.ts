import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import fastify, { type FastifyInstance } from 'fastify'
import type { CameraStatus } from '../core/camera-status.ts'
import { AppError } from '../core/errors.ts'
import { type Log, noTelemetry } from '../core/telemetry-port.ts'
import { redactFields } from '../telemetry/redact-text.ts'
import { apiSchemas } from './api-schemas.ts'
import { cameraRoutes, mergePatch } from './camera-routes.ts'
import { datasetRoutes } from './dataset-routes.ts'
import { guardAccess, hasToken } from './guard-access.ts'
import { recordRoutes } from './record-routes.ts'
import { replyError } from './reply-error.ts'
import type { ReviewPort } from './review-port.ts'
import { reviewRoutes } from './review-routes.ts'
import { routeSchema } from './route-schema.ts'
import type { SitePort } from './site-port.ts'
import { siteRoutes, yamlTypes } from './site-routes.ts'

export interface ModelStatus {
  readonly name: string
  readonly version: string | null
  readonly ready: boolean
}

/** What the server reports; the pipelines implement it. */
export interface HealthPort {
  ready(): boolean
  cameras(): readonly CameraStatus[]
  models(): readonly ModelStatus[]
}

export interface MetricsPort {
  metricsText(): Promise<string>
  readonly metricsContentType: string
}

export interface ServerOptions {
  readonly health: HealthPort
  readonly metrics: MetricsPort
  /** What the REST API shows and changes; absent: there is none. */
  readonly site?: SitePort
  /** What people say of clips; absent: nothing of it is served. */
  readonly reviews?: ReviewPort
  /** Loopback unless told otherwise. */
  readonly host?: string
  readonly port?: number
  /** Bearer token that requests must have. Absent: none, and only requests to loopback are answered. */
  readonly token?: string | undefined
  readonly log?: Log
}

export interface Server {
  /** Starts listening; resolves with the address as a URL. */
  listen(): Promise<string>
  /** A request without a socket, for tests. */
  readonly inject: FastifyInstance['inject']
  close(): Promise<void>
}

const mostBodyBytes = 64 * 1024

/**
 * Health, metrics and, with a `site`, the REST API with its OpenAPI document at /openapi.json. /healthz answers
 * everyone; /readyz tells those without the token only whether it is ready; all else needs the token, if there is one.
 */
export function createServer(options: ServerOptions): Server {
  const {
    health,
    metrics,
    site,
    reviews,
    token,
    host = '127.0.0.1',
    port = 8080,
    log = noTelemetry.log,
  } = options
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: mostBodyBytes,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200 },
  })
  // Requests are checked in the handlers, so that the CLI and the API say the same of the same mistake.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.setErrorHandler((thrown, _request, reply) => replyError(reply, thrown, log))
  app.setNotFoundHandler((_request, reply) =>
    replyError(reply, new AppError('API_NOT_FOUND', 'There is nothing at this path.'), log),
  )
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    const path = request.routeOptions.url
    if (path === '/healthz') return
    if (path === '/readyz' && token !== undefined) return
    guardAccess(request, token)
  })
  app.addContentTypeParser(mergePatch, { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'))
  app.addContentTypeParser(yamlTypes.slice(0, 2), { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  app.register(swagger, { openapi: openApi })
  app.register(async (scope) => {
    healthRoutes(scope, { health, metrics, token })
    scope.get('/openapi.json', { schema: openApiRoute }, async () => scope.swagger())
    if (reviews) {
      reviewRoutes(scope, reviews)
      datasetRoutes(scope, reviews)
    }
    if (!site) return
    cameraRoutes(scope, site)
    recordRoutes(scope, site)
    siteRoutes(scope, site)
  })

  return {
    listen: () => app.listen({ host, port }),
    inject: app.inject.bind(app) as FastifyInstance['inject'],
    close: () => app.close(),
  }
}

const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'Vireo',
    version: '1',
    description:
      'Cameras, alerts, clips, reviews and datasets of one running Vireo. Errors have a code of docs/errors.md.',
  },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  security: [{ token: [] }],
} satisfies FastifyDynamicSwaggerOptions['openapi']

const openApiRoute = routeSchema({
  ...{ tag: 'process', summary: 'This document' },
  answer: [200, apiSchemas.config],
})

function healthRoutes(
  app: FastifyInstance,
  { health, metrics, token }: Pick<ServerOptions, 'health' | 'metrics' | 'token'>,
): void {
  const tag = 'process'
  app.get(
    '/healthz',
    {
      schema: routeSchema({
        ...{ tag, summary: 'Whether the process answers', open: true },
        answer: [200, apiSchemas.config],
      }),
    },
    async () => ({ status: 'alive' }),
  )
  app.get(
    '/readyz',
    {
      schema: routeSchema({
        ...{ tag, open: true, errors: [503] },
        summary: 'Whether it runs; with the token also cameras and models',
        answer: [200, apiSchemas.ready],
      }),
    },
    async (request, reply) => {
      const ready = health.ready()
      const trusted = token === undefined || hasToken(request, token)
      const more = trusted ? { cameras: redactFields(health.cameras()), models: health.models() } : {}
      return reply.code(ready ? 200 : 503).send({ ready, ...more })
    },
  )
  app.get(
    '/metrics',
    { schema: routeSchema({ ...{ tag, summary: 'Prometheus text' }, answer: [200, 'text/plain'] }) },
    async (_request, reply) =>
      reply.header('content-type', metrics.metricsContentType).send(await metrics.metricsText()),
  )
}
