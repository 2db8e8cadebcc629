import type { FastifyInstance } from 'fastify'
import type { CameraEdit } from '../config/edit.ts'
import { AppError } from '../core/errors.ts'
import { apiSchemas, checked } from './api-schemas.ts'
import { routeSchema } from './route-schema.ts'
import type { SitePort } from './site-port.ts'

/** Cameras: list, add, change, remove, pause, resume. Each edit is one of the configuration file. */
export function cameraRoutes(app: FastifyInstance, site: SitePort): void {
  const tag = 'cameras'
  const params = apiSchemas.cameraId
  const errors = [404, 422, 500]
  const idOf = (value: unknown) => checked(params, value).id

  app.get(
    '/api/v1/cameras',
    {
      schema: routeSchema({
        ...{ tag, summary: 'The cameras and what state they are in' },
        answer: [200, apiSchemas.cameraList],
      }),
    },
    async () => ({ cameras: site.cameras() }),
  )
  app.get(
    '/api/v1/cameras/:id',
    {
      schema: routeSchema({
        ...{ tag, params, summary: 'One camera', errors: [404] },
        answer: [200, apiSchemas.cameraEntry],
      }),
    },
    async (request) => {
      const id = idOf(request.params)
      const found = site.cameras().find((camera) => camera.id === id)
      if (found) return found
      throw new AppError('CAMERA_NOT_FOUND', `no camera "${id}"`)
    },
  )
  app.post(
    '/api/v1/cameras',
    {
      schema: routeSchema({
        ...{ tag, body: apiSchemas.camera, errors: [400, 422, 500] },
        summary: 'Add a camera; a password in its address is a reference to an environment variable',
        answer: [201, apiSchemas.cameraChange],
      }),
    },
    async (request, reply) => {
      const camera = objectOf(request.body)
      const { id } = checked(apiSchemas.cameraId, { id: camera.id })
      return reply.code(201).send(await site.editCamera({ kind: 'add', camera: { ...camera, id } }))
    },
  )
  app.patch(
    '/api/v1/cameras/:id',
    {
      schema: routeSchema({
        ...{ tag, params, body: apiSchemas.cameraPatch, errors: [400, ...errors] },
        ...{ summary: 'Change fields of a camera', consumes: ['application/json', mergePatch] },
        answer: [200, apiSchemas.cameraChange],
      }),
    },
    (request) => site.editCamera({ kind: 'change', id: idOf(request.params), patch: objectOf(request.body) }),
  )
  const simple = (method: 'delete' | 'post', path: string, kind: 'remove' | 'pause' | 'resume') =>
    app[method](
      path,
      {
        schema: routeSchema({
          ...{ tag, params, errors, summary: summaries[kind] },
          answer: [200, apiSchemas.cameraChange],
        }),
      },
      (request) => site.editCamera({ kind, id: idOf(request.params) } satisfies CameraEdit),
    )
  simple('delete', '/api/v1/cameras/:id', 'remove')
  simple('post', '/api/v1/cameras/:id/pause', 'pause')
  simple('post', '/api/v1/cameras/:id/resume', 'resume')
}

export const mergePatch = 'application/merge-patch+json'

const summaries = {
  remove: 'Remove a camera',
  pause: 'Disconnect a camera and keep it in the configuration',
  resume: 'Connect a paused camera again',
}

function objectOf(body: unknown): Record<string, unknown> {
  if (body !== null && typeof body === 'object' && !Array.isArray(body))
    return body as Record<string, unknown>
  throw new AppError('API_BAD_REQUEST', 'body: a JSON object with the fields of a camera')
}
