import type { FastifyRequest } from 'fastify'
import { isLoopback } from '../../config/check/is-loopback.ts'
import { AppError } from '../../core/errors.ts'

/** Headers that a proxy adds: what it passes on comes from elsewhere. */
const ofProxies = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
]
/** Headers that only browsers send: a person sits there, who can log in. */
const ofBrowsers = ['origin', 'sec-fetch-site', 'referer', 'cookie']

/** Whether a program of this machine makes the request: no browser, and no proxy for somebody elsewhere. */
export function isLocalProgram({ headers, socket }: FastifyRequest): boolean {
  const isHere = isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/i, ''))
  const isBrowser = ofBrowsers.some((name) => headers[name] !== undefined)
  // Every browser begins with that, for thirty years.
  const saysBrowser = /^Mozilla\//i.test(headers['user-agent'] ?? '')
  return isHere && !isBrowser && !saysBrowser && ofProxies.every((name) => headers[name] === undefined)
}

/**
 * Where nobody is asked who he is the address is loopback, and what remains is a page in a browser on this machine: one
 * that was given another origin, or a name that now leads here (DNS rebinding).
 *
 * @throws AppError API_FORBIDDEN
 */
export function guardLoopback({ headers }: FastifyRequest): void {
  const { host = '', origin } = headers
  if (!isLoopback(host.replace(/:\d+$/, '')))
    throw new AppError(
      'API_FORBIDDEN',
      'the name in the address is not loopback; set http.access: login or http.token to use others',
    )
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host))
    throw new AppError('API_FORBIDDEN', 'a page of another origin may not use the API; set http.token')
}
