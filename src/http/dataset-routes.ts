import type { FastifyInstance, FastifyReply } from 'fastify'
import { checked } from './api-schemas.ts'
import type { Json, ReviewPort } from './review-port.ts'
import { reviewSchemas } from './review-schemas.ts'
import { routeSchema } from './route-schema.ts'

/** Dataset versions: what models learn from. */
export function datasetRoutes(app: FastifyInstance, reviews: ReviewPort): void {
  const tag = 'datasets'
  const params = reviewSchemas.reference
  const referenceOf = (value: unknown) => checked(params, value).reference

  app.get(
    '/api/v1/datasets',
    {
      schema: routeSchema({
        ...{ tag, summary: 'Datasets and their versions' },
        answer: [200, reviewSchemas.datasetList],
      }),
    },
    async () => ({ datasets: reviews.datasets() }),
  )
  app.post(
    '/api/v1/datasets',
    {
      schema: routeSchema({
        ...{ tag, body: reviewSchemas.datasetWish, errors: [400, 422, 500] },
        summary: 'A new version of everything that was judged, split by camera and day',
        answer: [201, reviewSchemas.dataset],
      }),
    },
    async (request, reply) =>
      sendJson(
        reply.code(201),
        await reviews.buildDataset(checked(reviewSchemas.datasetWish, request.body ?? {})),
      ),
  )
  app.get(
    '/api/v1/datasets/:reference',
    {
      schema: routeSchema({
        ...{ tag, params, summary: 'What is in a version', errors: [400, 404, 422] },
        answer: [200, reviewSchemas.dataset],
      }),
    },
    async (request, reply) => sendJson(reply, await reviews.dataset(referenceOf(request.params))),
  )
  app.get(
    '/api/v1/datasets/:reference/diff',
    {
      schema: routeSchema({
        ...{ tag, params, query: reviewSchemas.diffQuery, errors: [400, 404, 422] },
        summary: 'What a version has otherwise than another one',
        answer: [200, reviewSchemas.datasetDiff],
      }),
    },
    async (request, reply) => {
      const { before } = checked(reviewSchemas.diffQuery, request.query)
      return sendJson(reply, await reviews.datasetDiff(before, referenceOf(request.params)))
    },
  )
}

function sendJson(reply: FastifyReply, answer: object | Json): FastifyReply {
  return answer instanceof Uint8Array
    ? reply.type('application/json; charset=utf-8').send(Buffer.from(answer.buffer))
    : reply.send(answer)
}
