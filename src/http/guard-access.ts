import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { isLoopback } from '../config/check/is-loopback.ts'
import { AppError } from '../core/errors.ts'
import type { Identity } from './access/identity.ts'

/** Whether a request has the bearer token; the time that it takes tells nothing about the token. */
export function hasToken(request: FastifyRequest, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(digest(given), digest(token))
}

/**
 * Lets a request through that has the token. Without a token the address is loopback, and what remains is a page in
 * a browser on this machine: one that was given another origin, or a name that now leads here (DNS rebinding).
 *
 * @throws AppError API_UNAUTHORIZED, API_FORBIDDEN
 */
export function guardAccess(request: FastifyRequest, token: string | undefined): Identity {
  if (token !== undefined) {
    if (hasToken(request, token)) return { name: 'token', role: 'admin', cameras: null, via: 'token' }
    throw new AppError('API_UNAUTHORIZED', 'give the token of http.token as: Authorization: Bearer <token>')
  }
  const { host = '', origin } = request.headers
  if (!isLoopback(host.replace(/:\d+$/, '')))
    throw new AppError(
      'API_FORBIDDEN',
      'the name in the address is not loopback; set http.token to use others',
    )
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host))
    throw new AppError('API_FORBIDDEN', 'a page of another origin may not use the API; set http.token')
  return { name: 'loopback', role: 'admin', cameras: null, via: 'loopback' }
}

const digest = (text: string) => createHash('sha256').update(text).digest()
