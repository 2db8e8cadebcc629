import type { Identity } from '../access/identity.ts'
import type { ReviewPort } from '../review-port.ts'
import { type Route, route } from '../route.ts'
import { reviewSchemas } from '../schemas/review-schemas.ts'
import type { SendMedia } from '../send-media.ts'
import { mediaRoutes } from './media-routes.ts'

/** The queue of clips that people judge, and what they say. */
export function reviewRoutes(reviews: ReviewPort, sendMedia: SendMedia): readonly Route[] {
  const [tag, path, params] = ['review', '/api/v1/review', reviewSchemas.id] as const
  const detail = [200, reviewSchemas.detail] as const
  const camera = ({ params: { id } }: { params: { id: string } }) => reviews.camerasOf([id])
  return [
    route({
      method: 'GET',
      path,
      access: 'viewer',
      tag,
      summary: 'Clips of alerts and samples that wait for a judgement, or are judged; the newest first',
      query: reviewSchemas.query,
      camera: ({ query }) => query.camera,
      answer: [200, reviewSchemas.list],
      errors: [400],
      handle: ({ query, identity: { cameras } }) =>
        reviews.reviewItems({ ...query, ...(cameras && { cameras }) }),
    }),
    route({
      method: 'GET',
      path: `${path}/counters`,
      access: 'viewer',
      tag,
      summary:
        'Whether enough was judged: what waits, what was said, what is missing, and what versions made of it',
      answer: [200, reviewSchemas.counters],
      handle: ({ identity }) => reviews.counters(identity.cameras),
    }),
    route({
      method: 'GET',
      path: '/api/v1/labels',
      access: 'viewer',
      tag,
      summary: 'Labels that are in use, the most frequent first',
      answer: [200, reviewSchemas.labelList],
      handle: async ({ identity }) => ({ labels: await reviews.labels(identity.cameras) }),
    }),
    route({
      method: 'POST',
      path: `${path}/bulk`,
      access: 'operator',
      tag,
      summary: 'Say the same of many clips, as one step',
      body: reviewSchemas.bulk,
      camera: ({ body }) => reviews.camerasOf(body.ids),
      answer: [200, reviewSchemas.bulkAnswer],
      errors: [400, 500],
      handle({ body: { ids, ...judgement }, identity }) {
        return reviews.judgeMany(ids, { ...judgement, who: whoSays(identity, judgement.who) })
      },
    }),
    route({
      method: 'POST',
      path: `${path}/bulk/:id/undo`,
      access: 'operator',
      tag,
      summary: 'Take what was said of many clips back, as one step',
      params: reviewSchemas.bulkId,
      body: reviewSchemas.undo,
      camera: ({ params: { id } }) => reviews.camerasOfBulk(id),
      answer: [200, reviewSchemas.bulkUndo],
      errors: [400, 404, 500],
      handle: ({ params: { id }, body, identity }) => reviews.undoMany(id, whoSays(identity, body.who)),
    }),
    route({
      method: 'GET',
      path: `${path}/:id`,
      access: 'viewer',
      tag,
      summary: 'One clip with all that was said of it',
      params,
      camera,
      answer: detail,
      errors: [400, 404],
      handle: ({ params: { id } }) => reviews.reviewItem(id),
    }),
    route({
      method: 'POST',
      path: `${path}/:id/label`,
      access: 'operator',
      tag,
      summary: 'Say what a clip shows; nothing is overwritten',
      params,
      camera,
      body: reviewSchemas.judgement,
      answer: detail,
      errors: [400, 404, 500],
      handle: ({ params: { id }, body, identity }) =>
        reviews.judge(id, { ...body, who: whoSays(identity, body.who) }),
    }),
    route({
      method: 'POST',
      path: `${path}/:id/undo`,
      access: 'operator',
      tag,
      summary: 'Take the latest judgement back; the one before holds again',
      params,
      camera,
      body: reviewSchemas.undo,
      answer: detail,
      errors: [400, 404, 500],
      handle: ({ params: { id }, body, identity }) => reviews.undo(id, whoSays(identity, body.who)),
    }),
    ...mediaRoutes(sendMedia, {
      tag,
      path: `${path}/:id`,
      summary: 'The recording; ranges are answered, so that a browser can play it',
      params,
      camera,
      errors: [400, 404, 416],
      find: ({ id }) => ({ ...reviews.reviewMedia(id), id }),
    }),
  ]
}

/** Whoever has logged in says it himself; a program may speak for somebody. */
const whoSays = ({ via, name }: Identity, given: string | undefined): string =>
  via === 'session' ? name : (given ?? name)
