import type { FastifyInstance } from 'fastify'
import { apiSchemas, checked } from './api-schemas.ts'
import { routeSchema } from './route-schema.ts'
import type { SendMedia } from './send-media.ts'
import type { SitePort } from './site-port.ts'

/** What was seen: alerts, and their clips with their media. */
export function recordRoutes(app: FastifyInstance, site: SitePort, sendMedia: SendMedia): void {
  const params = apiSchemas.alertId
  const idOf = (value: unknown) => checked(params, value).alertId

  app.get(
    '/api/v1/alerts',
    {
      schema: routeSchema({
        ...{ tag: 'alerts', query: apiSchemas.alertQuery, errors: [400] },
        summary: 'Alerts as they stand, the newest first',
        answer: [200, apiSchemas.alertList],
      }),
    },
    async (request) => site.alerts(checked(apiSchemas.alertQuery, request.query)),
  )
  app.get(
    '/api/v1/alerts/:alertId',
    {
      schema: routeSchema({
        ...{ tag: 'alerts', params, summary: 'One alert', errors: [404] },
        answer: [200, apiSchemas.alertEntry],
      }),
    },
    async (request) => site.alert(idOf(request.params)),
  )
  app.get(
    '/api/v1/clips',
    {
      schema: routeSchema({
        ...{ tag: 'clips', query: apiSchemas.clipQuery, errors: [400] },
        summary: 'Recordings of alerts, the newest first',
        answer: [200, apiSchemas.clipList],
      }),
    },
    async (request) => site.clips(checked(apiSchemas.clipQuery, request.query)),
  )
  app.get(
    '/api/v1/clips/:alertId',
    {
      schema: routeSchema({
        ...{ tag: 'clips', params, summary: 'What is known of one recording', errors: [404] },
        answer: [200, apiSchemas.clipEntry],
      }),
    },
    async (request) => {
      const { path: _path, thumbnailPath: _thumbnail, ...entry } = site.clip(idOf(request.params))
      return entry
    },
  )
  for (const [name, type, summary] of [
    ['media', 'video/mp4', 'The recording; ranges are answered'],
    ['thumbnail', 'image/jpeg', 'The first picture of the recording'],
  ] as const)
    app.route({
      method: ['GET', 'HEAD'],
      url: `/api/v1/clips/:alertId/${name}`,
      schema: routeSchema({
        ...{ tag: 'clips', params, summary, errors: [404, 416] },
        answer: [200, type],
      }),
      handler(request, reply) {
        const { path, thumbnailPath, sha256, cameraId, startedAt, alertId } = site.clip(idOf(request.params))
        const stem = `${cameraId}_${startedAt.slice(0, 19).replaceAll(':', '-')}_${alertId.slice(0, 12)}`
        return name === 'media'
          ? sendMedia(request, reply, { path, type, etag: sha256, fileName: `${stem}.mp4` })
          : sendMedia(request, reply, {
              ...{ path: thumbnailPath, type, etag: `${sha256}-jpg`, fileName: `${stem}.jpg` },
            })
      },
    })
}
