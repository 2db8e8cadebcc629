import { redactFields } from '../../telemetry/redact-text.ts'
import { mayLook } from '../access/identity.ts'
import type { HealthPort, MetricsPort } from '../health-port.ts'
import { type Route, route } from '../route.ts'
import { apiSchemas } from '../schemas/api-schemas.ts'

/** Whether the process lives and is ready, and its metrics. */
export function healthRoutes(of: { health: HealthPort; metrics: MetricsPort }): readonly Route[] {
  const { health, metrics } = of
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
      summary: 'Whether it runs; to those who are known also cameras and models',
      answer: [200, apiSchemas.ready],
      errors: [503],
      handle({ request: { identity }, reply }) {
        const ready = health.ready()
        const trusted = identity !== null
        const seen = health.cameras().filter(({ cameraId }) => identity && mayLook(identity, cameraId))
        const cameras = () => seen.map((camera) => redactFields(camera))
        const more = trusted ? { cameras: cameras(), models: health.models() } : {}
        return reply.code(ready ? 200 : 503).send({ ready, ...more })
      },
    }),
    route({
      method: 'GET',
      path: '/metrics',
      access: 'viewer',
      camera: 'all',
      tag,
      summary: 'Prometheus text',
      answer: [200, 'text/plain'],
      handle: async ({ reply }) =>
        reply.header('content-type', metrics.metricsContentType).send(await metrics.metricsText()),
    }),
  ]
}
