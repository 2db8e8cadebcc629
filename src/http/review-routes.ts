import type { FastifyInstance } from 'fastify'
import { checked } from './api-schemas.ts'
import type { ReviewPort } from './review-port.ts'
import { reviewSchemas } from './review-schemas.ts'
import { routeSchema } from './route-schema.ts'
import type { SendMedia } from './send-media.ts'

/** The queue of clips that people judge, and what they say. */
export function reviewRoutes(app: FastifyInstance, reviews: ReviewPort, sendMedia: SendMedia): void {
  const tag = 'review'
  const params = reviewSchemas.id
  const idOf = (value: unknown) => checked(params, value).id

  app.get(
    '/api/v1/review',
    {
      schema: routeSchema({
        ...{ tag, query: reviewSchemas.query, errors: [400] },
        summary: 'Clips of alerts and samples that wait for a judgement, or are judged; the newest first',
        answer: [200, reviewSchemas.list],
      }),
    },
    async (request) => reviews.reviewItems(checked(reviewSchemas.query, request.query)),
  )
  app.get(
    '/api/v1/review/:id',
    {
      schema: routeSchema({
        ...{ tag, params, summary: 'One clip with all that was said of it', errors: [400, 404] },
        answer: [200, reviewSchemas.detail],
      }),
    },
    async (request) => reviews.reviewItem(idOf(request.params)),
  )
  app.post(
    '/api/v1/review/:id/label',
    {
      schema: routeSchema({
        ...{ tag, params, body: reviewSchemas.judgement, errors: [400, 404, 500] },
        summary: 'Say what a clip shows; nothing is overwritten',
        answer: [200, reviewSchemas.detail],
      }),
    },
    async (request) => reviews.judge(idOf(request.params), checked(reviewSchemas.judgement, request.body)),
  )
  app.post(
    '/api/v1/review/:id/undo',
    {
      schema: routeSchema({
        ...{ tag, params, body: reviewSchemas.undo, errors: [400, 404, 500] },
        summary: 'Take the latest judgement back; the one before holds again',
        answer: [200, reviewSchemas.detail],
      }),
    },
    async (request) =>
      reviews.undo(idOf(request.params), checked(reviewSchemas.undo, request.body ?? {}).who),
  )
  for (const [name, type, summary] of [
    ['media', 'video/mp4', 'The recording; ranges are answered, so that a browser can play it'],
    ['thumbnail', 'image/jpeg', 'The first picture of the recording'],
  ] as const)
    app.route({
      method: ['GET', 'HEAD'],
      url: `/api/v1/review/:id/${name}`,
      schema: routeSchema({ ...{ tag, params, summary, errors: [400, 404, 416] }, answer: [200, type] }),
      handler(request, reply) {
        const id = idOf(request.params)
        const { path, thumbnailPath, sha256, cameraId, startedAt } = reviews.reviewMedia(id)
        const stem = `${cameraId}_${startedAt.slice(0, 19).replaceAll(':', '-')}_${id.slice(0, 12)}`
        return name === 'media'
          ? sendMedia(request, reply, { path, type, etag: sha256, fileName: `${stem}.mp4` })
          : sendMedia(request, reply, {
              ...{ path: thumbnailPath, type, etag: `${sha256}-jpg`, fileName: `${stem}.jpg` },
            })
      },
    })
}
