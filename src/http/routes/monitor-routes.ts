import { presentFields } from '../../core/present-fields.ts'
import { hidePlaces } from '../../core/text/hide-places.ts'
import { hasRole, mayLook } from '../access/identity.ts'
import type { MonitorPort } from '../monitor-port.ts'
import { type Route, route } from '../route.ts'
import { monitorSchemas } from '../schemas/monitor-schemas.ts'

/** Figures of the machine; the others are sums over all cameras. */
const ofMachine = new Set(['busy', 'process', 'rssMb', 'delayMs'])

/** How the process is doing: figures, the last hour, the log, and what receivers did not take. */
export function monitorRoutes(monitor: MonitorPort): readonly Route[] {
  const tag = 'process'
  const path = '/api/v1/dead-letters'
  const params = monitorSchemas.letter
  return [
    route({
      method: 'GET',
      path: '/api/v1/health',
      access: 'viewer',
      tag,
      summary: 'Rates, drops, latency, models, machine and disk as they are now',
      answer: [200, monitorSchemas.health],
      async handle({ identity }) {
        const health = await monitor.health()
        return {
          ...health,
          cameras: health.cameras.filter(({ id }) => mayLook(identity, id)),
          drops: health.drops.filter(({ camera }) => mayLook(identity, camera)),
          models: hasRole(identity, 'admin')
            ? health.models
            : health.models.map((model) => ({ ...model, problems: model.problems.map(hidePlaces) })),
          latency: identity.cameras === null ? health.latency : [],
        }
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/health/series',
      access: 'viewer',
      camera: ({ query }) => query.camera,
      tag,
      summary: 'The last hour, a point every ten seconds',
      query: monitorSchemas.seriesQuery,
      answer: [200, monitorSchemas.series],
      handle({ query, identity }) {
        const { values, ...rest } = monitor.series(query.camera)
        if (query.camera !== undefined || identity.cameras === null) return { values, ...rest }
        const own = Object.entries(values).filter(([name]) => ofMachine.has(name))
        return { ...rest, values: Object.fromEntries(own) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/logs',
      access: 'operator',
      camera: ({ query }) => query.camera ?? [],
      tag,
      summary: 'The latest lines of the log, without secrets',
      query: monitorSchemas.logQuery,
      answer: [200, monitorSchemas.logs],
      errors: [400],
      handle({ query: { level, camera, cursor, limit }, identity }) {
        const { lines, ...rest } = monitor.logs(presentFields({ least: level, camera, after: cursor, limit }))
        // Who may see some cameras only reads of these, and of no other.
        const seen = (id: string | null) =>
          identity.cameras === null || (id !== null && mayLook(identity, id.replace(/\.main$/, '')))
        return { ...rest, lines: lines.filter((line) => seen(line.camera)) }
      },
    }),
    route({
      method: 'GET',
      path,
      access: 'operator',
      camera: 'all',
      tag,
      summary: 'Events that a receiver will never take, the newest first',
      query: monitorSchemas.letterQuery,
      answer: [200, monitorSchemas.letters],
      errors: [400],
      handle: ({ query }) => monitor.deadLetters(query),
    }),
    route({
      method: 'POST',
      path: `${path}/:sink/:id/resend`,
      access: 'admin',
      camera: 'all',
      tag,
      summary: 'Send one of them once more; it is forgotten when it was taken',
      params,
      answer: [200, monitorSchemas.done],
      errors: [404, 422, 503],
      async handle({ params: { sink, id } }) {
        await monitor.resend(sink, id)
        return { ok: true }
      },
    }),
    route({
      method: 'DELETE',
      path: `${path}/:sink/:id`,
      access: 'admin',
      camera: 'all',
      tag,
      summary: 'Forget one of them for good',
      params,
      answer: [200, monitorSchemas.done],
      errors: [404],
      handle({ params: { sink, id } }) {
        monitor.discard(sink, id)
        return { ok: true }
      },
    }),
  ]
}
