import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AccountsPort } from './accounts-port.ts'

/** Notes who changed what, and who tried to. What was sent stays out of it, but for the name of what it is about. */
export function auditHook(audit: AccountsPort['audit']) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    const { identity, method, routeOptions, ip } = request
    if (!identity || method === 'GET' || method === 'HEAD') return
    audit.note({
      who: identity.name,
      via: identity.via,
      address: ip,
      action: `${method} ${routeOptions.url ?? '(nothing)'}`,
      object: objectOf(request),
      result: request.failedWith ?? 'ok',
    })
  }
}

function objectOf({ params, body }: FastifyRequest): string {
  const named = Object.values((params ?? {}) as Record<string, unknown>)
  const { id, name } = (body ?? {}) as Record<string, unknown>
  return [...named, id, name].filter((part) => typeof part === 'string').join(' ')
}
