import type { ReviewPort } from '../review-port.ts'
import { type Route, route } from '../route.ts'
import { reviewSchemas } from '../schemas/review-schemas.ts'
import type { SendMedia } from '../send-media.ts'
import { mediaRoutes } from './media-routes.ts'

/** The queue of clips that people judge, and what they say. */
export function reviewRoutes(reviews: ReviewPort, sendMedia: SendMedia): readonly Route[] {
  const [tag, path, params] = ['review', '/api/v1/review', reviewSchemas.id] as const
  const detail = [200, reviewSchemas.detail] as const
  return [
    route({
      method: 'GET',
      path,
      access: 'viewer',
      tag,
      summary: 'Clips of alerts and samples that wait for a judgement, or are judged; the newest first',
      query: reviewSchemas.query,
      answer: [200, reviewSchemas.list],
      errors: [400],
      handle: ({ query }) => reviews.reviewItems(query),
    }),
    route({
      method: 'GET',
      path: `${path}/:id`,
      access: 'viewer',
      tag,
      summary: 'One clip with all that was said of it',
      params,
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
      body: reviewSchemas.judgement,
      answer: detail,
      errors: [400, 404, 500],
      handle: ({ params: { id }, body }) => reviews.judge(id, body),
    }),
    route({
      method: 'POST',
      path: `${path}/:id/undo`,
      access: 'operator',
      tag,
      summary: 'Take the latest judgement back; the one before holds again',
      params,
      body: reviewSchemas.undo,
      answer: detail,
      errors: [400, 404, 500],
      handle: ({ params: { id }, body: { who } }) => reviews.undo(id, who),
    }),
    ...mediaRoutes(sendMedia, {
      tag,
      path: `${path}/:id`,
      summary: 'The recording; ranges are answered, so that a browser can play it',
      params,
      errors: [400, 404, 416],
      find: ({ id }) => ({ ...reviews.reviewMedia(id), id }),
    }),
  ]
}
