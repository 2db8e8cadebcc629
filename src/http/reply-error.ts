import type { FastifyReply } from 'fastify'
import { AppError, errorClass, toAppError } from '../core/errors.ts'
import type { Log } from '../core/telemetry-port.ts'
import { redactFields, redactText } from '../telemetry/redact-text.ts'

/** Where a mistake in a configuration is; other details stay inside. */
const shown = ['file', 'line', 'column', 'field', 'accepted', 'problems']

/** Answers with `{ code, message }` and the status of the error table; a CONFIG_ error says where the mistake is, too. */
export function replyError(reply: FastifyReply, thrown: unknown, log: Log): FastifyReply {
  const error = ofFramework(thrown) ?? toAppError(thrown)
  const bug = error.code === 'BUG_UNEXPECTED'
  if (bug) log.error({ err: thrown, path: reply.request.routeOptions.url }, 'a request failed unexpectedly')
  const message = bug ? 'An unexpected error; see the log.' : redactText(error.message)
  const details = Object.fromEntries(Object.entries(error.details).filter(([name]) => shown.includes(name)))
  if (error.code === 'API_UNAUTHORIZED') reply.header('www-authenticate', 'Bearer')
  return reply.code(errorClass(error.code).httpStatus).send({
    code: error.code,
    message,
    ...(error.code.startsWith('CONFIG_') ? { details: redactFields(details) } : {}),
  })
}

/** What fastify itself refuses: bodies that are too large, of an unknown type or no JSON. */
function ofFramework(thrown: unknown): AppError | null {
  const { code = '', statusCode = 500, message = '' } = (thrown ?? {}) as Record<string, unknown>
  if (!/^FST_|^ERR_/.test(String(code)) && !(thrown instanceof SyntaxError)) return null
  if (statusCode === 413) return new AppError('API_TOO_LARGE', 'the body is too large')
  return Number(statusCode) < 500 ? new AppError('API_BAD_REQUEST', String(message)) : null
}
