import type { FastifyRequest } from 'fastify'
import { isLoopback } from '../../config/check/is-loopback.ts'
import { AppError } from '../../core/errors.ts'
import { isOwnOrigin } from './forged.ts'
import type { PeerCheck } from './peer-check.ts'

/**
 * Headers that only proxies, balancers, tunnels and content networks add: what they pass on comes from elsewhere. Most
 * begin with the name of who adds them.
 */
const ofProxies = new RegExp(
  `^(?:${[
    'forwarded',
    'via',
    'proxy-connection',
    'max-forwards',
    'cdn-loop',
    'front-end-https',
    'surrogate-capability',
    'disguised-host',
    'client-ip',
    '(?:true|do|wl|proxy|incap|akamai|fly|fastly|cf)-(?:proxy-)?(?:client|connecting|origin|true)-?(?:ip|hop).*',
    'x-forwarded.*',
    'x-original-.+',
    'x-(?:real|client|cluster|remote|proxyuser|sucuri|ssl|url|azure|arr|akamai|bluecoat).*',
    'x-(?:envoy|amzn?|appengine|goog|cloud-trace|vercel|nf|fd|waws|accel|varnish|tailscale|ngrok)(?:-.+)?',
    'x-scheme',
    'ssl-client-.+',
    '(?:cf|fastly|fly|tailscale|ngrok|akamai|cloudfront)-.+',
  ].join('|')})$`,
)
/** Headers that only browsers send: a person sits there, who can log in. */
const ofBrowsers = ['origin', 'sec-fetch-site', 'referer', 'cookie']

/** Whether a proxy says that it passes the request on, or speaks as only proxies still do. */
export function isPassedOn({ headers, raw }: FastifyRequest): boolean {
  return raw.httpVersion === '1.0' || Object.keys(headers).some((name) => ofProxies.test(name))
}

/**
 * Whether a program of this machine makes the request: no browser, and no proxy for somebody elsewhere. Many proxies add
 * no header of their own, and forwarders of connections cannot; these are known by the user whose program it is.
 */
export function isLocalProgram(request: FastifyRequest, isOwnPeer: PeerCheck): boolean {
  const { headers, socket } = request
  const isHere = isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/i, ''))
  const isBrowser = ofBrowsers.some((name) => headers[name] !== undefined)
  // Every browser begins with that, for thirty years.
  const saysBrowser = /^Mozilla\//i.test(headers['user-agent'] ?? '')
  // A connection for each request: what proxies do that are not told otherwise.
  const saysClose = /(?:^|,)\s*close\s*(?:,|$)/i.test(headers.connection ?? '')
  if (!isHere || isBrowser || saysBrowser || saysClose || isPassedOn(request)) return false
  return isOwnPeer(socket) ?? true
}

/**
 * Where nobody is asked who he is the address is loopback, and what remains is a page in a browser on this machine: one
 * that was given another origin, or a name that now leads here (DNS rebinding).
 *
 * @throws AppError API_FORBIDDEN
 */
export function guardLoopback(request: FastifyRequest): void {
  const { host = '', origin } = request.headers
  if (!isLoopback(host.replace(/:\d+$/, '')))
    throw new AppError(
      'API_FORBIDDEN',
      'the name in the address is not loopback; set http.access: login or http.token to use others',
    )
  const saysHost = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
  // Links, pictures and scripts of other pages come without an origin; the browser says where they come from.
  if (!saysHost || !isOwnOrigin(request))
    throw new AppError('API_FORBIDDEN', 'a page of another origin may not use the API; set http.token')
}
