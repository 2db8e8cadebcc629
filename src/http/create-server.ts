import fastify, { type FastifyInstance } from 'fastify'
import type { CameraStatus } from '../core/camera-status.ts'
import { errorClass, toAppError } from '../core/errors.ts'
import { redactFields } from '../telemetry/redact-text.ts'

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
  /** Loopback unless told otherwise. */
  readonly host?: string
  readonly port?: number
}

export interface Server {
  /** Starts listening; resolves with the address as a URL. */
  listen(): Promise<string>
  /** A request without a socket, for tests. */
  readonly inject: FastifyInstance['inject']
  close(): Promise<void>
}

/** Health and metrics over HTTP. */
export function createServer(options: ServerOptions): Server {
  const { health, metrics, host = '127.0.0.1', port = 8080 } = options
  const app = fastify({ logger: false, forceCloseConnections: true })

  app.get('/healthz', async () => ({ status: 'alive' }))
  app.get('/readyz', async (_request, reply) => {
    const ready = health.ready()
    return reply
      .code(ready ? 200 : 503)
      .send({ ready, cameras: redactFields(health.cameras()), models: health.models() })
  })
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.metricsContentType).send(await metrics.metricsText()),
  )
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: 'API_BAD_REQUEST', message: 'There is nothing at this path.' }),
  )
  app.setErrorHandler((thrown, _request, reply) => {
    const error = toAppError(thrown)
    const message = error.code === 'BUG_UNEXPECTED' ? 'An unexpected error; see the log.' : error.message
    return reply.code(errorClass(error.code).httpStatus).send({ code: error.code, message })
  })

  return {
    listen: () => app.listen({ host, port }),
    inject: app.inject.bind(app) as FastifyInstance['inject'],
    close: () => app.close(),
  }
}
