import type { FastifyRequest } from 'fastify'
import { AppError } from '../../core/errors.ts'

/** What the console sends with every request: no page of another origin can, without being asked for it first. */
export const forgeryHeader = 'x-vireo-csrf'

/** Whether a page of this server makes the request, or no page at all. */
export function isOwnOrigin(request: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  // The browser itself says it, whatever a proxy made of the names.
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.host)
}

/**
 * Refuses what a page of another origin makes a browser send: it comes with the cookie all the same. What changes
 * something needs the header of the console, too, and a socket needs to say its origin.
 *
 * @throws AppError AUTH_FORGED
 */
export function refuseForged(request: FastifyRequest): void {
  const changes = request.method !== 'GET' && request.method !== 'HEAD'
  const { origin, upgrade } = request.headers
  if (!isOwnOrigin(request) || (upgrade !== undefined && origin === undefined))
    throw new AppError('AUTH_FORGED', 'a page of another origin made this request')
  if (changes && request.headers[forgeryHeader] === undefined)
    throw new AppError('AUTH_FORGED', `a change needs the header ${forgeryHeader}, which the console sends`)
}
