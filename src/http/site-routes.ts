import type { FastifyInstance } from 'fastify'
import { AppError } from '../core/errors.ts'
import { apiSchemas } from './api-schemas.ts'
import { routeSchema } from './route-schema.ts'
import type { SitePort } from './site-port.ts'

const mostYamlBytes = 1024 * 1024
export const yamlTypes = ['application/yaml', 'text/yaml', 'text/plain']

/** The process and its configuration. */
export function siteRoutes(app: FastifyInstance, site: SitePort): void {
  app.get(
    '/api/v1/status',
    {
      schema: routeSchema({
        ...{ tag: 'process', summary: 'Cameras by state, models, and events that wait' },
        answer: [200, apiSchemas.status],
      }),
    },
    async () => site.status(),
  )
  app.get(
    '/api/v1/config',
    {
      schema: routeSchema({
        ...{ tag: 'configuration', summary: 'The running configuration, defaults filled in' },
        answer: [200, apiSchemas.config],
      }),
    },
    async () => site.config(),
  )
  app.get(
    '/api/v1/config/diff',
    {
      schema: routeSchema({
        ...{ tag: 'configuration', errors: [404, 422] },
        summary: 'What the file has otherwise than what runs: after a reload, what needs a restart',
        answer: [200, apiSchemas.diff],
      }),
    },
    async () => site.diff(null),
  )
  app.post(
    '/api/v1/config/diff',
    {
      bodyLimit: mostYamlBytes,
      schema: routeSchema({
        ...{ tag: 'configuration', body: apiSchemas.yaml, consumes: yamlTypes, errors: [400, 413, 422] },
        summary: 'What a configuration would change; nothing is changed',
        answer: [200, apiSchemas.diff],
      }),
    },
    async (request) => {
      if (typeof request.body === 'string') return site.diff(request.body)
      throw new AppError('API_BAD_REQUEST', `body: YAML with one of the types ${yamlTypes.join(', ')}`)
    },
  )
}
