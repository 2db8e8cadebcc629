import { type Route, route } from '../route.ts'
import { apiSchemas } from '../schemas/api-schemas.ts'
import type { SendMedia } from '../send-media.ts'
import type { SitePort } from '../site-port.ts'
import { mediaRoutes } from './media-routes.ts'

/** What was seen: alerts, and their clips with their media. */
export function recordRoutes(site: SitePort, sendMedia: SendMedia): readonly Route[] {
  const params = apiSchemas.alertId
  type Asked = { readonly params: { readonly alertId: string } }
  const cameraOfAlert = (call: Asked) => String(site.alert(call.params.alertId).cameraId)
  const cameraOfClip = (call: Asked) => site.clip(call.params.alertId).cameraId
  return [
    route({
      method: 'GET',
      path: '/api/v1/alerts',
      access: 'viewer',
      tag: 'alerts',
      summary: 'Alerts as they stand, the newest first',
      query: apiSchemas.alertQuery,
      camera: ({ query }) => query.camera,
      answer: [200, apiSchemas.alertList],
      errors: [400],
      handle: ({ query, identity: { cameras } }) =>
        site.alerts(cameras && !query.camera ? { ...query, camera: cameras } : query),
    }),
    route({
      method: 'GET',
      path: '/api/v1/alerts/:alertId',
      access: 'viewer',
      tag: 'alerts',
      summary: 'One alert',
      params,
      camera: cameraOfAlert,
      answer: [200, apiSchemas.alertEntry],
      errors: [404],
      handle: ({ params: { alertId } }) => site.alert(alertId),
    }),
    route({
      method: 'GET',
      path: '/api/v1/clips',
      access: 'viewer',
      tag: 'clips',
      summary: 'Recordings of alerts, the newest first',
      query: apiSchemas.clipQuery,
      camera: ({ query }) => query.camera,
      answer: [200, apiSchemas.clipList],
      errors: [400],
      handle: ({ query, identity: { cameras } }) => site.clips(cameras ? { ...query, cameras } : query),
    }),
    route({
      method: 'GET',
      path: '/api/v1/clips/:alertId',
      access: 'viewer',
      tag: 'clips',
      summary: 'What is known of one recording',
      params,
      camera: cameraOfClip,
      answer: [200, apiSchemas.clipEntry],
      errors: [404],
      handle({ params: { alertId } }) {
        const { path: _path, thumbnailPath: _thumbnail, ...entry } = site.clip(alertId)
        return entry
      },
    }),
    ...mediaRoutes(sendMedia, {
      tag: 'clips',
      path: '/api/v1/clips/:alertId',
      summary: 'The recording; ranges are answered',
      params,
      camera: cameraOfClip,
      errors: [404, 416],
      find({ alertId }) {
        const clip = site.clip(alertId)
        return { ...clip, id: clip.alertId }
      },
    }),
  ]
}
