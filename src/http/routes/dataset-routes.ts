import type { FastifyReply } from 'fastify'
import type { Json, ReviewPort } from '../review-port.ts'
import { type Route, route } from '../route.ts'
import { reviewSchemas } from '../schemas/review-schemas.ts'

/** Dataset versions: what models learn from. */
export function datasetRoutes(reviews: ReviewPort): readonly Route[] {
  const [tag, path, params] = ['datasets', '/api/v1/datasets', reviewSchemas.reference] as const
  return [
    route({
      method: 'GET',
      path,
      access: 'viewer',
      camera: 'all',
      tag,
      summary: 'Datasets and their versions',
      answer: [200, reviewSchemas.datasetList],
      handle: () => ({ datasets: reviews.datasets() }),
    }),
    route({
      method: 'POST',
      path,
      access: 'operator',
      camera: 'all',
      tag,
      summary: 'A new version of everything that was judged, split by camera and day',
      body: reviewSchemas.datasetWish,
      answer: [201, reviewSchemas.dataset],
      errors: [400, 422, 500],
      handle: async ({ body, reply }) => sendJson(reply.code(201), await reviews.buildDataset(body)),
    }),
    route({
      method: 'GET',
      path: `${path}/:reference`,
      access: 'viewer',
      camera: 'all',
      tag,
      summary: 'What is in a version',
      params,
      answer: [200, reviewSchemas.dataset],
      errors: [400, 404, 422],
      handle: async ({ params: { reference }, reply }) => sendJson(reply, await reviews.dataset(reference)),
    }),
    route({
      method: 'GET',
      path: `${path}/:reference/summary`,
      access: 'viewer',
      camera: 'all',
      tag,
      summary: 'How a version is balanced, without its clips',
      params,
      answer: [200, reviewSchemas.datasetSummary],
      errors: [400, 404, 422],
      handle: async ({ params: { reference }, reply }) =>
        sendJson(reply, await reviews.datasetSummary(reference)),
    }),
    route({
      method: 'GET',
      path: `${path}/:reference/diff`,
      access: 'viewer',
      camera: 'all',
      tag,
      summary: 'What a version has otherwise than another one',
      params,
      query: reviewSchemas.diffQuery,
      answer: [200, reviewSchemas.datasetDiff],
      errors: [400, 404, 422],
      handle: async ({ params: { reference }, query: { before }, reply }) =>
        sendJson(reply, await reviews.datasetDiff(before, reference)),
    }),
  ]
}

function sendJson(reply: FastifyReply, answer: object | Json): FastifyReply {
  return answer instanceof Uint8Array
    ? reply.type('application/json; charset=utf-8').send(Buffer.from(answer.buffer))
    : reply.send(answer)
}
