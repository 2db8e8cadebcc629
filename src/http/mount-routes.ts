import type { FastifyInstance, FastifySchema } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { jsonLine } from '../core/text/clean-text.ts'
import { guardRowCameras } from './access/guard-row.ts'
import type { Identity } from './access/identity.ts'
import type { Access, CamerasOf, Route } from './route.ts'
import { errorAnswer } from './schemas/error-answer.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** Whether it is a socket; no other route is asked for one. */
    socket?: true
    // biome-ignore lint/suspicious/noExplicitAny: each row has types of its own
    camera?: CamerasOf<any, any, any>
  }
  interface FastifyRequest {
    /** Null until the guard knows who it is, and where it need not know. */
    identity: Identity | null
    /** Who it is from as he is now; null when the session or token ended. For what stays open; it counts as use. */
    recheck(): Identity | null
    /** The code of the error that it was answered with. */
    failedWith?: string
  }
}

/** Names in a request may be as long as the request; a reason need not be. */
const longestReason = 300

/**
 * Answers the routes of a table and no others. Each part of a request goes through its schema before the handler; what
 * does not fit is API_BAD_REQUEST naming the field and what is accepted.
 */
export function mountRoutes(app: FastifyInstance, table: readonly Route[]): void {
  app.setValidatorCompiler(validatorCompiler)
  app.setSchemaErrorFormatter((errors, part) => {
    const { instancePath, message = '' } = errors[0]!
    const field = instancePath.slice(1).replaceAll('/', '.')
    const whole = part === 'body' && errors[0]!.keyword !== 'unrecognized_keys' ? 'body' : 'request'
    return new AppError('API_BAD_REQUEST', `${field || whole}: ${message.slice(0, longestReason)}`)
  })
  app.addHook('onRoute', ({ url, config }) => {
    if (!config?.access) throw new Error(`${url}: a route is a row of the table, which says who may call it`)
  })
  // Answers are written as they come: what is shown of them is held by tests, and costs no time here.
  app.setSerializerCompiler(() => jsonLine)
  app.decorateRequest('identity', null)
  app.addHook('preHandler', async (request) => {
    if (request.identity) guardRowCameras(request.identity, request)
  })
  for (const row of table)
    app.route({
      method: row.alsoHead ? [row.method, 'HEAD'] : row.method,
      url: row.path,
      schema: schemaOf(row),
      config: { access: row.access, ...(row.camera === undefined ? {} : { camera: row.camera }) },
      ...(row.mostBodyBytes === undefined ? {} : { bodyLimit: row.mostBodyBytes }),
      handler: async (request, reply) => {
        const { params, query, body } = request
        return row.handle({ params, query, body, identity: request.identity!, request, reply })
      },
    })
}

const bytes = z.string().meta({ format: 'binary' })

function schemaOf(row: Route): FastifySchema & Record<string, unknown> {
  const { summary, tag, params, query, body, consumes, access, errors = [] } = row
  const open = access === 'anyone' || access === 'partly'
  const [status, answer] = row.answer
  const [media, shown] = typeof answer === 'string' ? [answer, bytes] : [row.answerType, answer]
  const success =
    typeof answer === 'string' || media !== undefined
      ? { description: 'OK', content: { [media!]: { schema: shown } } }
      : answer.description === undefined
        ? answer.describe('OK')
        : answer
  const failures = open ? errors : [401, 403, ...errors]
  return {
    summary,
    tags: [tag],
    ...(row.hidden ? { hide: true } : {}),
    ...(params ? { params } : {}),
    ...(query ? { querystring: query } : {}),
    ...(body ? { body } : {}),
    ...(consumes ? { consumes: [...consumes] } : {}),
    ...(open ? { security: [] } : {}),
    response: { [status]: success, ...Object.fromEntries(failures.map((code) => [code, errorAnswer])) },
  }
}
