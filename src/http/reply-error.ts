import type { FastifyReply } from 'fastify'
import { AppError, errorClass, toAppError } from '../core/errors.ts'
import type { Log } from '../core/telemetry-port.ts'
import { hidePlaces } from '../core/text/hide-places.ts'
import { redactFields, redactText } from '../telemetry/redact-text.ts'
import { hasRole } from './access/identity.ts'

/** Where a mistake in a configuration is; other details stay inside. */
const shown = ['file', 'line', 'column', 'field', 'accepted', 'problems', 'fields']
const longestMessage = 4000
const mostProblems = 20
/** Seconds after which to ask again, unless the error says otherwise. */
const defaultRetryS = 2

/**
 * Answers with `{ code, message }` and the status of the error table; a CONFIG_ error says where the mistake is, too.
 * Where files lie on this machine is told to admins alone.
 */
export function replyError(reply: FastifyReply, thrown: unknown, log: Log): FastifyReply {
  const error = ofFramework(thrown) ?? toAppError(thrown)
  reply.request.failedWith = error.code
  const bug = error.code === 'BUG_UNEXPECTED'
  if (bug) log.error({ err: thrown, path: reply.request.routeOptions.url }, 'a request failed unexpectedly')
  const { identity } = reply.request
  const shownTo = identity && hasRole(identity, 'admin') ? (text: string) => text : hidePlaces
  const message = bug ? 'An unexpected error; see the log.' : cut(shownTo(redactText(error.message)))
  if (error.code === 'API_UNAUTHORIZED') reply.header('www-authenticate', 'Bearer')
  if (error.code === 'API_BUSY' || error.code === 'AUTH_TOO_MANY')
    reply.header('retry-after', String(error.details.retryAfterS ?? defaultRetryS))
  return reply.code(errorClass(error.code).httpStatus).send({
    code: error.code,
    message,
    ...(error.code.startsWith('CONFIG_') ? { details: placesIn(detailsOf(error), shownTo) } : {}),
  })
}

/** The same of every text in it. */
function placesIn(value: unknown, shownTo: (text: string) => string): unknown {
  if (typeof value === 'string') return shownTo(value)
  if (Array.isArray(value)) return value.map((each) => placesIn(each, shownTo))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, placesIn(each, shownTo)]))
}

function detailsOf({ details }: AppError): unknown {
  const kept = Object.entries(details).filter(([name]) => shown.includes(name))
  return redactFields(
    Object.fromEntries(
      kept.map(([name, value]) => [name, Array.isArray(value) ? value.slice(0, mostProblems) : value]),
    ),
  )
}

/** What fastify itself refuses: bodies that are too large, of an unknown type or no JSON, and paths that are none. */
export function ofFramework(thrown: unknown): AppError | null {
  const { code = '', statusCode = 500, message = '' } = (thrown ?? {}) as Record<string, unknown>
  if (!/^FST_|^ERR_/.test(String(code)) && !(thrown instanceof SyntaxError)) return null
  if (statusCode === 413) return new AppError('API_TOO_LARGE', 'the body is too large')
  if (statusCode === 414) return new AppError('API_TOO_LARGE', 'a part of the path is too long')
  if (thrown instanceof SyntaxError) return new AppError('API_BAD_REQUEST', 'body: it is no valid JSON')
  return Number(statusCode) < 500 ? new AppError('API_BAD_REQUEST', String(message)) : null
}

const cut = (text: string) => (text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text)
