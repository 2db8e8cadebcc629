import { AppError } from '../../core/errors.ts'
import { type Identity, mayLook } from '../access/identity.ts'
import { type Route, route } from '../route.ts'
import { apiSchemas } from '../schemas/api-schemas.ts'
import type { CameraChange, SitePort } from '../site-port.ts'

export const mergePatch = 'application/merge-patch+json'

/** Cameras: list, add, change, remove, pause, resume. Each edit is one of the configuration file. */
export function cameraRoutes(site: SitePort): readonly Route[] {
  const [tag, path, params] = ['cameras', '/api/v1/cameras', apiSchemas.cameraId] as const
  const onePath = `${path}/:id`
  const camera = (call: { params: { id: string } }) => call.params.id
  const errors = [404, 422, 500]
  const change = [200, apiSchemas.cameraChange] as const
  return [
    route({
      method: 'GET',
      path,
      access: 'viewer',
      tag,
      summary: 'The cameras and what state they are in',
      answer: [200, apiSchemas.cameraList],
      handle: ({ identity }) => ({ cameras: site.cameras().filter(({ id }) => mayLook(identity, id)) }),
    }),
    route({
      method: 'GET',
      path: onePath,
      access: 'viewer',
      tag,
      summary: 'One camera',
      params,
      camera,
      answer: [200, apiSchemas.cameraEntry],
      errors: [404],
      handle({ params: { id } }) {
        return known(site, id)
      },
    }),
    route({
      method: 'POST',
      path,
      access: 'admin',
      tag,
      summary: 'Add a camera; a password in its address is a reference to an environment variable',
      body: apiSchemas.camera,
      answer: [201, apiSchemas.cameraChange],
      errors: [400, 422, 500],
      async handle({ body, reply }) {
        return reply.code(201).send(await site.editCamera({ kind: 'add', camera: body }))
      },
    }),
    route({
      method: 'PATCH',
      path: onePath,
      access: 'admin',
      tag,
      summary: 'Change fields of a camera',
      params,
      camera,
      body: apiSchemas.cameraPatch,
      consumes: ['application/json', mergePatch],
      answer: change,
      errors: [400, ...errors],
      handle: ({ params: { id }, body }) => site.editCamera({ kind: 'change', id, patch: body }),
    }),
    route({
      method: 'DELETE',
      path: onePath,
      access: 'admin',
      tag,
      summary: 'Remove a camera',
      params,
      camera,
      answer: change,
      errors,
      handle: ({ params: { id } }) => site.editCamera({ kind: 'remove', id }),
    }),
    route({
      method: 'POST',
      path: `${onePath}/pause`,
      access: 'operator',
      tag,
      summary: 'Disconnect a camera and keep it in the configuration',
      params,
      camera,
      answer: change,
      errors,
      handle: async ({ params: { id }, identity }) => {
        known(site, id)
        return seenBy(identity, await site.editCamera({ kind: 'pause', id }))
      },
    }),
    route({
      method: 'POST',
      path: `${onePath}/resume`,
      access: 'operator',
      tag,
      summary: 'Connect a paused camera again',
      params,
      camera,
      answer: change,
      errors,
      handle: async ({ params: { id }, identity }) => {
        known(site, id)
        return seenBy(identity, await site.editCamera({ kind: 'resume', id }))
      },
    }),
  ]
}

function known(site: SitePort, id: string) {
  const found = site.cameras().find((camera) => camera.id === id)
  if (found) return found
  throw new AppError('CAMERA_NOT_FOUND', `no camera "${id}"`)
}

/** An edit takes over whatever else is new in the file: of other cameras he is not told. */
function seenBy(identity: Identity, change: CameraChange): CameraChange {
  if (identity.cameras === null) return change
  const own = (ids: readonly string[]) => ids.filter((id) => mayLook(identity, id))
  return {
    camera: change.camera,
    attached: own(change.attached),
    detached: own(change.detached),
    changed: own(change.changed),
    retuned: own(change.retuned),
    restart: [],
  }
}
