import { hidePlaces } from '../../core/text/hide-places.ts'
import { hasRole, mayLook } from '../access/identity.ts'
import { type Route, route } from '../route.ts'
import { apiSchemas, yamlTypes } from '../schemas/api-schemas.ts'
import type { SitePort, SiteStatus } from '../site-port.ts'

const mostYamlBytes = 1024 * 1024

/** The process and its configuration. */
export function siteRoutes(site: SitePort): readonly Route[] {
  const tag = 'configuration'
  return [
    route({
      method: 'GET',
      path: '/api/v1/status',
      access: 'viewer',
      tag: 'process',
      summary: 'Cameras by state, models, and events that wait',
      answer: [200, apiSchemas.status],
      handle({ identity }) {
        const status = site.status()
        if (hasRole(identity, 'admin')) return status
        if (identity.cameras === null) return { ...status, sinks: status.sinks.map(withoutPlaces) }
        const cameras = { ...status.cameras }
        for (const state of Object.keys(cameras) as (keyof typeof cameras)[]) cameras[state] = 0
        for (const { id, status: now } of site.cameras())
          if (mayLook(identity, id)) cameras[now?.state ?? 'paused'] += 1
        // What waits for a receiver is of every camera.
        return { ...status, cameras, sinks: [] }
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/config',
      access: 'viewer',
      camera: 'all',
      tag,
      summary: 'The running configuration, defaults filled in',
      answer: [200, apiSchemas.config],
      handle({ identity }) {
        const config = site.config()
        return hasRole(identity, 'admin') ? config : withoutUsers(config)
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/config/diff',
      access: 'viewer',
      camera: 'all',
      tag,
      summary: 'What the file has otherwise than what runs: after a reload, what needs a restart',
      answer: [200, apiSchemas.diff],
      errors: [404, 422],
      handle: () => site.diff(null),
    }),
    route({
      method: 'POST',
      path: '/api/v1/config/diff',
      access: 'admin',
      camera: 'all',
      tag,
      summary: 'What a configuration would change; nothing is changed',
      body: apiSchemas.yaml,
      consumes: yamlTypes,
      mostBodyBytes: mostYamlBytes,
      answer: [200, apiSchemas.diff],
      errors: [400, 413, 422],
      handle: ({ body }) => site.diff(body),
    }),
  ]
}

/** Who else logs in here, with which role and cameras, is for admins. */
function withoutUsers(config: unknown): unknown {
  const { http, ...rest } = config as { http?: Record<string, unknown> }
  if (http === undefined) return config
  const { users: _users, ...shown } = http
  return { ...rest, http: shown }
}

function withoutPlaces(sink: SiteStatus['sinks'][number]): SiteStatus['sinks'][number] {
  const { problem } = sink
  return problem === null ? sink : { ...sink, problem: { ...problem, message: hidePlaces(problem.message) } }
}
