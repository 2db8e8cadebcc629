import type { ConfigEdit } from '../../config/edit/config-edit.ts'
import { type Route, route } from '../route.ts'
import { orNothing } from '../schemas/api-fields.ts'
import { apiSchemas } from '../schemas/api-schemas.ts'
import { setupSchemas } from '../schemas/setup-schemas.ts'
import type { SetupPort } from '../setup-port.ts'
import type { SitePort } from '../site-port.ts'

const mostEditBytes = 512 * 1024

/** What is needed to add cameras and to draw and write rules: search, a look before, edits with a preview, mutes. */
export function setupRoutes(setup: SetupPort, site: SitePort): readonly Route[] {
  const params = apiSchemas.cameraId
  const camera = (call: { params: { id: string } }) => call.params.id
  return [
    route({
      method: 'POST',
      path: '/api/v1/discovery',
      access: 'admin',
      tag: 'cameras',
      summary: 'Look for ONVIF cameras in the network, or ask one for its streams',
      body: orNothing(setupSchemas.discovery),
      answer: [200, setupSchemas.devices],
      errors: [400, 429, 502],
      handle: ({ body }) => setup.discover(body),
    }),
    route({
      method: 'POST',
      path: '/api/v1/probe',
      access: 'admin',
      tag: 'cameras',
      summary: 'Connect to a camera once: what it sends, and its first picture',
      body: setupSchemas.probe,
      answer: [200, setupSchemas.probed],
      errors: [400, 404, 422, 429, 502, 504],
      handle: ({ body }) => setup.probe(body),
    }),
    route({
      method: 'GET',
      path: '/api/v1/presets',
      access: 'viewer',
      tag: 'configuration',
      summary: 'Ready rules and what their parameters are',
      answer: [200, setupSchemas.presets],
      handle: () => setup.presets(),
    }),
    route({
      method: 'POST',
      path: '/api/v1/config/edits/preview',
      access: 'admin',
      tag: 'configuration',
      summary: 'What edits would do to the file and to what runs; nothing is changed',
      body: setupSchemas.previewWish,
      mostBodyBytes: mostEditBytes,
      answer: [200, setupSchemas.preview],
      errors: [400, 404, 413, 422],
      handle: ({ body }) => site.previewEdits({ ...body, edits: body.edits as ConfigEdit[] }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/config/edits',
      access: 'admin',
      tag: 'configuration',
      summary: 'Edit the configuration file and take it over; comments in it stay',
      body: setupSchemas.editWish,
      mostBodyBytes: mostEditBytes,
      answer: [200, setupSchemas.edited],
      errors: [400, 404, 409, 413, 422, 500],
      handle: ({ body }) => site.applyEdits({ ...body, edits: body.edits as ConfigEdit[] }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/cameras/:id/mute',
      access: 'operator',
      camera,
      tag: 'cameras',
      summary: 'Store the alerts of a camera and send them to nobody, for so many minutes',
      params,
      body: orNothing(setupSchemas.mute),
      answer: [200, apiSchemas.cameraEntry],
      errors: [400, 404, 503],
      handle: ({ params: { id }, body }) => site.mute(id, body.minutes),
    }),
    route({
      method: 'POST',
      path: '/api/v1/cameras/:id/unmute',
      access: 'operator',
      camera,
      tag: 'cameras',
      summary: 'Send the alerts of a muted camera again',
      params,
      answer: [200, apiSchemas.cameraEntry],
      errors: [404, 503],
      handle: ({ params: { id } }) => site.mute(id, null),
    }),
  ]
}
