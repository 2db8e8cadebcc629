import { AppError } from '../../core/errors.ts'
import { mayLook } from '../access/identity.ts'
import type { ExportPort } from '../footage/export-port.ts'
import { type Route, route } from '../route.ts'
import { exportSchemas } from '../schemas/export-schemas.ts'
import type { SendMedia } from '../send-media.ts'

const mostHours = 24

function spanOf({ from, to }: { from: string; to: string }) {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
  if (toMs <= fromMs || toMs - fromMs > mostHours * 3_600_000)
    throw new AppError('API_BAD_REQUEST', `to: it is after from, by ${mostHours} hours at most`)
  return { fromMs, toMs }
}

/** Exports of recordings and searches in them: begun, looked at, fetched, taken away. */
export function exportRoutes(exports: ExportPort, sendMedia: SendMedia): readonly Route[] {
  const [tag, path, params] = ['clips', '/api/v1/exports', exportSchemas.id] as const
  const camera = (call: { params: { id: string } }) => exports.job(call.params.id).cameras
  return [
    route({
      method: 'POST',
      path,
      access: 'operator',
      tag,
      summary: 'Copy a time of one or several cameras into a file; several become a tar',
      body: exportSchemas.wish,
      camera: ({ body }) => body.cameras,
      answer: [202, exportSchemas.job],
      errors: [400, 503],
      handle({ body: { cameras, time, ...span }, reply }) {
        return reply.code(202).send(exports.startExport({ ...spanOf(span), cameras, time }))
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/motion-searches',
      access: 'operator',
      tag,
      summary: 'Look for motion in a part of the picture over hours',
      body: exportSchemas.search,
      camera: ({ body }) => body.camera,
      answer: [202, exportSchemas.job],
      errors: [400, 503],
      handle({ body: { camera: id, area, ...span }, reply }) {
        return reply.code(202).send(exports.startSearch({ ...spanOf(span), camera: id, area }))
      },
    }),
    route({
      method: 'GET',
      path,
      access: 'viewer',
      tag,
      summary: 'Exports and searches, the newest first',
      answer: [200, exportSchemas.jobList],
      handle: ({ identity }) => ({
        jobs: exports.jobs().filter(({ cameras }) => cameras.every((id) => mayLook(identity, id))),
      }),
    }),
    route({
      method: 'GET',
      path: `${path}/:id`,
      access: 'viewer',
      tag,
      summary: 'How far an export or a search is, and what it found',
      params,
      camera,
      answer: [200, exportSchemas.job],
      errors: [404],
      handle: ({ params: { id } }) => exports.job(id),
    }),
    route({
      method: 'DELETE',
      path: `${path}/:id`,
      access: 'operator',
      tag,
      summary: 'End an export or a search, and take its file away',
      params,
      camera,
      answer: [200, exportSchemas.jobList],
      errors: [404],
      handle({ params: { id } }) {
        exports.dropJob(id)
        return { jobs: [] }
      },
    }),
    route({
      method: 'GET',
      alsoHead: true,
      path: `${path}/:id/media`,
      access: 'viewer',
      tag,
      summary: 'The file of an export, an MP4 or a tar of them; ranges are answered',
      params,
      camera,
      answer: [200, 'video/mp4'],
      errors: [404, 416],
      handle: ({ params: { id }, request, reply }) => sendMedia(request, reply, exports.jobFile(id)),
    }),
  ]
}
