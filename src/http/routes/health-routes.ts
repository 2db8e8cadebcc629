import { redactFields } from '../../telemetry/redact-text.ts'
import { hasToken } from '../guard-access.ts'
import type { HealthPort, MetricsPort } from '../health-port.ts'
import { type Route, route } from '../route.ts'
import { apiSchemas } from '../schemas/api-schemas.ts'

/** Whether the process lives and is ready, and its metrics. */
export function healthRoutes(of: {
  health: HealthPort
  metrics: MetricsPort
  token: string | undefined
}): readonly Route[] {
  const { health, metrics, token } = of
  const tag = 'process'
  return [
    route({
      method: 'GET',
      path: '/healthz',
      access: 'anyone',
      tag,
      summary: 'Whether the process answers',
      answer: [200, apiSchemas.config],
      handle: () => ({ status: 'alive' }),
    }),
    route({
      method: 'GET',
      path: '/readyz',
      access: 'partly',
      tag,
      summary: 'Whether it runs; with the token also cameras and models',
      answer: [200, apiSchemas.ready],
      errors: [503],
      handle({ request, reply }) {
        const ready = health.ready()
        const trusted = token === undefined || hasToken(request, token)
        const cameras = () => health.cameras().map((camera) => redactFields(camera))
        const more = trusted ? { cameras: cameras(), models: health.models() } : {}
        return reply.code(ready ? 200 : 503).send({ ready, ...more })
      },
    }),
    route({
      method: 'GET',
      path: '/metrics',
      access: 'viewer',
      tag,
      summary: 'Prometheus text',
      answer: [200, 'text/plain'],
      handle: async ({ reply }) =>
        reply.header('content-type', metrics.metricsContentType).send(await metrics.metricsText()),
    }),
  ]
}
