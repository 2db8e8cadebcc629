import type { FastifyInstance } from 'fastify'
import { redactFields } from '../telemetry/redact-text.ts'
import { apiSchemas } from './api-schemas.ts'
import { hasToken } from './guard-access.ts'
import type { HealthPort, MetricsPort } from './health-port.ts'
import { routeSchema } from './route-schema.ts'

/** Whether the process lives and is ready, and its metrics. */
export function healthRoutes(
  app: FastifyInstance,
  { health, metrics, token }: { health: HealthPort; metrics: MetricsPort; token: string | undefined },
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
      const cameras = () => health.cameras().map((camera) => redactFields(camera))
      const more = trusted ? { cameras: cameras(), models: health.models() } : {}
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
