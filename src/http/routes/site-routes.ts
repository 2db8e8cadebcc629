import { type Route, route } from '../route.ts'
import { apiSchemas, yamlTypes } from '../schemas/api-schemas.ts'
import type { SitePort } from '../site-port.ts'

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
      handle: () => site.status(),
    }),
    route({
      method: 'GET',
      path: '/api/v1/config',
      access: 'viewer',
      camera: 'all',
      tag,
      summary: 'The running configuration, defaults filled in',
      answer: [200, apiSchemas.config],
      handle: () => site.config(),
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
