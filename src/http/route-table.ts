import type { EventStreams } from './events/event-stream.ts'
import { type Route, route } from './route.ts'
import { cameraRoutes } from './routes/camera-routes.ts'
import { datasetRoutes } from './routes/dataset-routes.ts'
import { eventRoutes } from './routes/event-routes.ts'
import { exportRoutes } from './routes/export-routes.ts'
import { healthRoutes } from './routes/health-routes.ts'
import { learningRoutes } from './routes/learning-routes.ts'
import { modelRoutes } from './routes/model-routes.ts'
import { monitorRoutes } from './routes/monitor-routes.ts'
import { pictureRoutes } from './routes/picture-routes.ts'
import { recordRoutes } from './routes/record-routes.ts'
import { reviewRoutes } from './routes/review-routes.ts'
import { type SessionParts, sessionRoutes } from './routes/session-routes.ts'
import { setupRoutes } from './routes/setup-routes.ts'
import { siteRoutes } from './routes/site-routes.ts'
import { timelineRoutes } from './routes/timeline-routes.ts'
import { userRoutes } from './routes/user-routes.ts'
import { apiSchemas } from './schemas/api-schemas.ts'
import { createMediaSender } from './send-media.ts'
import type { ServedPorts } from './served-ports.ts'
import { pageRoutes } from './web/page-routes.ts'

/** All that a server answers: what each route takes and gives, and who may call it. */
export function routeTable(
  ports: Omit<ServedPorts, 'events'>,
  parts: {
    readonly streams: EventStreams | undefined
    /** Users, sessions and tokens; undefined: there are none. */
    readonly access: SessionParts | undefined
    /** The console's page; undefined: it is not served. */
    readonly page: { readonly folder: string | null; readonly basePath: string } | undefined
    /** The OpenAPI document. */
    readonly document: () => unknown
  },
): readonly Route[] {
  const { site, setup, monitor, reviews, live, learning, footage } = ports
  const { streams, access, page, document } = parts
  const sendMedia = createMediaSender()
  return [
    ...healthRoutes(ports),
    ...(page ? pageRoutes(page.folder, page.basePath) : []),
    route({
      method: 'GET',
      path: '/openapi.json',
      access: 'viewer',
      tag: 'process',
      summary: 'This document',
      answer: [200, apiSchemas.config],
      handle: document,
    }),
    ...(reviews ? [...reviewRoutes(reviews, sendMedia), ...datasetRoutes(reviews)] : []),
    ...(site ? [...cameraRoutes(site), ...recordRoutes(site, sendMedia), ...siteRoutes(site)] : []),
    ...(monitor ? monitorRoutes(monitor) : []),
    ...(site && setup ? setupRoutes(setup, site) : []),
    ...(streams ? eventRoutes(streams) : []),
    ...(live ? pictureRoutes(live) : []),
    ...(access ? [...sessionRoutes(access), ...userRoutes(access.accounts)] : []),
    ...(learning ? [...learningRoutes(learning, sendMedia), ...modelRoutes(learning)] : []),
    ...(footage && site
      ? [...timelineRoutes(footage, site, sendMedia), ...exportRoutes(footage, sendMedia)]
      : []),
  ]
}
