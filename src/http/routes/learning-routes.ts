import type { LearningPort } from '../learning-port.ts'
import { type Route, route } from '../route.ts'
import { learningSchemas as schemas } from '../schemas/learning-schemas.ts'
import type { SendMedia } from '../send-media.ts'

/** The report has styles of its own, and nothing else that a browser would do for it. */
const reportPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"

/** Runs of learning: shown, begun, held, stopped. */
export function learningRoutes(learning: LearningPort, sendMedia: SendMedia): readonly Route[] {
  const [tag, path] = ['learning', '/api/v1/runs'] as const
  const now = { tag, answer: [200, schemas.job] } as const
  // Pictures and clips of all cameras are in a run.
  const camera = 'all'
  return [
    route({
      ...now,
      method: 'GET',
      path: '/api/v1/learning',
      access: 'viewer',
      camera,
      summary: 'What learns now, or learned last',
      handle: () => ({ job: learning.job() }),
    }),
    route({
      method: 'GET',
      path: '/api/v1/learning/choices',
      access: 'viewer',
      camera,
      tag,
      summary: 'What a run can be of, and why none can be started',
      answer: [200, schemas.choices],
      handle: () => learning.choices(),
    }),
    route({
      ...now,
      method: 'POST',
      path: '/api/v1/learning/pause',
      access: 'admin',
      summary: 'Let it wait before its next step',
      errors: [400],
      handle: ({ identity }) => ({ job: learning.pause(identity.name) }),
    }),
    route({
      ...now,
      method: 'POST',
      path: '/api/v1/learning/continue',
      access: 'admin',
      summary: 'Let it go on',
      errors: [400],
      handle: ({ identity }) => ({ job: learning.unpause(identity.name) }),
    }),
    route({
      ...now,
      method: 'POST',
      path: '/api/v1/learning/stop',
      access: 'admin',
      summary: 'End it after a checkpoint; it can go on later',
      errors: [400],
      handle: async ({ identity }) => ({ job: await learning.stop(identity.name) }),
    }),
    route({
      method: 'GET',
      path,
      access: 'viewer',
      camera,
      tag,
      summary: 'Runs of learning, the newest first',
      query: schemas.page,
      answer: [200, schemas.runList],
      errors: [400],
      handle: ({ query }) => learning.runs(query),
    }),
    route({
      method: 'POST',
      path,
      access: 'admin',
      tag,
      summary: 'Begin a run in a process of its own, at a low priority',
      body: schemas.wish,
      answer: [202, schemas.job],
      errors: [400, 409, 422, 500],
      async handle({ body, identity, reply }) {
        const job = await learning.start(body, identity.name)
        reply.code(202)
        return { job }
      },
    }),
    route({
      method: 'GET',
      path: `${path}/:id`,
      access: 'viewer',
      camera,
      tag,
      summary: 'One run: how far it is, its curves, and how it was judged',
      params: schemas.runId,
      answer: [200, schemas.runDetail],
      errors: [400, 404],
      handle: ({ params: { id } }) => learning.run(id),
    }),
    route({
      method: 'POST',
      path: `${path}/:id/continue`,
      access: 'admin',
      tag,
      summary: 'Go on with a run that was stopped',
      params: schemas.runId,
      answer: [202, schemas.job],
      errors: [400, 404, 409, 422, 500],
      async handle({ params: { id }, identity, reply }) {
        const job = await learning.goOn(id, identity.name)
        reply.code(202)
        return { job }
      },
    }),
    route({
      method: 'GET',
      path: `${path}/:id/report`,
      access: 'viewer',
      camera,
      tag,
      summary: 'The report of a run',
      params: schemas.runId,
      answer: [200, 'text/html'],
      errors: [404],
      async handle({ params: { id }, request, reply }) {
        const path = await learning.runFile(id, 'report')
        reply.header('content-security-policy', reportPolicy)
        const type = 'text/html; charset=utf-8'
        return sendMedia(request, reply, { path, type, etag: `${id}-report`, fileName: `${id}.html` })
      },
    }),
    route({
      method: 'GET',
      path: `${path}/:id/reconstructions/:number`,
      access: 'viewer',
      camera,
      tag,
      summary: 'A clip as it is, as the encoder sees it, and as pretraining painted it in',
      params: schemas.runPicture,
      answer: [200, 'image/png'],
      errors: [404],
      async handle({ params: { id, number }, request, reply }) {
        const path = await learning.runFile(id, number)
        const fileName = `${id}-${number}.png`
        return sendMedia(request, reply, { path, type: 'image/png', etag: `${id}-${number}`, fileName })
      },
    }),
  ]
}
