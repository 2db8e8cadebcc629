import { AppError } from '../../core/errors.ts'
import type { FootagePort } from '../footage/footage-port.ts'
import { type Route, route } from '../route.ts'
import { footageSchemas } from '../schemas/footage-schemas.ts'
import type { SendMedia } from '../send-media.ts'
import type { SitePort } from '../site-port.ts'

/** Longest time that is shown at once. */
const mostDays = 32

/** What was recorded by time, what is known of a moment, and what lies beside the clip of an alert. */
export function timelineRoutes(
  footage: FootagePort,
  site: Pick<SitePort, 'alert'>,
  sendMedia: SendMedia,
): readonly Route[] {
  const [tag, path, params] = ['clips', '/api/v1/cameras/:id', footageSchemas.camera] as const
  const camera = (call: { params: { id: string } }) => call.params.id
  return [
    route({
      method: 'GET',
      path: `${path}/timeline`,
      access: 'viewer',
      tag,
      summary: 'What a camera has of a time: recordings, motion, alerts',
      params,
      query: footageSchemas.span,
      camera,
      answer: [200, footageSchemas.timeline],
      errors: [400],
      handle({ params: { id }, query: { from, to } }) {
        const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
        if (toMs <= fromMs || toMs - fromMs > mostDays * 86_400_000)
          throw new AppError('API_BAD_REQUEST', `to: it is after from, by ${mostDays} days at most`)
        return footage.timeline(id, fromMs, toMs)
      },
    }),
    route({
      method: 'GET',
      alsoHead: true,
      path: `${path}/recording`,
      access: 'viewer',
      tag,
      summary: 'The file of the continuous recording that holds a moment; ranges are answered',
      params,
      query: footageSchemas.moment,
      camera,
      answer: [200, 'video/mp4'],
      errors: [400, 404, 416],
      async handle({ params: { id }, query: { at }, request, reply }) {
        const { path: file, startedMs, etag } = await footage.segment(id, Date.parse(at))
        const name = new Date(startedMs).toISOString().slice(0, 19).replaceAll(':', '-')
        const media = { path: file, type: 'video/mp4', etag, fileName: `${id}_${name}.mp4` }
        return sendMedia(request, reply, media)
      },
    }),
    route({
      method: 'GET',
      path: `${path}/recording/picture`,
      access: 'viewer',
      tag,
      summary: 'A small picture of a moment of the continuous recording',
      params,
      query: footageSchemas.moment,
      camera,
      answer: [200, 'image/jpeg'],
      errors: [400, 404, 500, 503],
      async handle({ params: { id }, query: { at }, reply }) {
        const picture = await footage.picture(id, Date.parse(at))
        return reply
          .headers({ 'content-type': 'image/jpeg', 'cache-control': 'private, max-age=600' })
          .send(picture)
      },
    }),
    route({
      method: 'GET',
      path: `${path}/trace`,
      access: 'viewer',
      tag: 'cameras',
      summary: 'Why a rule alerted or kept silent around a moment: motion, clips, scores, thresholds, states',
      params,
      query: footageSchemas.traceQuery,
      camera,
      answer: [200, footageSchemas.trace],
      errors: [400, 404],
      handle: ({ params: { id }, query: { at, seconds } }) =>
        footage.trace(id, Date.parse(at), seconds * 1000),
    }),
    route({
      method: 'GET',
      path: '/api/v1/alerts/:alertId/evidence',
      access: 'viewer',
      tag: 'alerts',
      summary: 'Scores around an alert, and where people were in its clip',
      params: footageSchemas.alert,
      camera: ({ params: { alertId } }) => String(site.alert(alertId).cameraId),
      answer: [200, footageSchemas.evidence],
      errors: [404],
      handle: ({ params: { alertId } }) => footage.evidence(alertId),
    }),
  ]
}
