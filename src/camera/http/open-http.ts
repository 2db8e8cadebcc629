import { randomBytes } from 'node:crypto'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { AppError } from '../../core/errors.ts'
import { answered, type Failure } from '../classify-failure.ts'
import { digestAnswer } from './digest-answer.ts'

/** How long a camera may take to answer, and be silent in the middle of something that has an end. */
const answerTimeoutMs = 15_000
const mostRedirects = 3

/**
 * Asks a camera for something over HTTP; resolves with an answer of 2xx whose body was not read yet.
 *
 * A camera must not be able to send requests of this machine anywhere: a redirect is followed to the same host and port
 * only, or from http to https on their usual ports. Certificates are not checked, because cameras sign their own.
 *
 * @throws AppError CAMERA_UNREACHABLE, CAMERA_UNAUTHORIZED, CAMERA_NOT_FOUND, CAMERA_BUSY, CAMERA_REFUSED
 */
export async function openHttp(
  address: string | URL,
  options: { readonly signal: AbortSignal; readonly range?: string },
): Promise<IncomingMessage> {
  let url = new URL(address)
  let authorization: string | null = null
  for (let redirects = 0; ; ) {
    const answer = await request(url, authorization, options)
    const status = answer.statusCode ?? 0
    if (status >= 200 && status < 300) return answer
    answer.destroy()
    if (status === 401 && authorization === null) {
      authorization = loginFor(url, answer)
      if (authorization !== null) continue
    }
    const location = answer.headers.location
    if (status < 300 || status >= 400 || location === undefined)
      throw refusal(answered(String(status), answer.statusMessage ?? ''))
    redirects += 1
    url = redirected(url, location, redirects)
    authorization = null
  }
}

const refusal = ({ code, reason }: Failure) => new AppError(code, reason)

function redirected(from: URL, location: string, count: number): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : null
  if (to === null || count > mostRedirects || !sameDevice(from, to))
    throw new AppError(
      'CAMERA_REFUSED',
      'the camera sends elsewhere, to another host or port; give the address that is meant',
    )
  to.username = from.username
  to.password = from.password
  return to
}

/** Whether an address is on the device that another one is on, as far as that can be told by them. */
export function sameDevice(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true
  const usual = from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === ''
  return usual && from.hostname === to.hostname
}

function loginFor(url: URL, answer: IncomingMessage): string | null {
  if (url.username === '' && url.password === '') return null
  const [user, password] = [decoded(url.username), decoded(url.password)]
  const challenges = answer.headersDistinct['www-authenticate'] ?? []
  const path = url.pathname + url.search
  for (const challenge of challenges.filter((each) => /^digest\b/i.test(each))) {
    const clientNonce = randomBytes(8).toString('hex')
    const found = digestAnswer(challenge, { user, password, method: 'GET', path, clientNonce })
    if (found !== null) return found
  }
  return challenges.some((each) => /^basic\b/i.test(each))
    ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    : null
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const networkReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the camera refuses the connection',
  ENOTFOUND: "the camera's host name is not known",
  EAI_AGAIN: "the camera's host name is not known",
  EPROTO: 'the camera does not speak TLS here; is it http?',
}

function request(
  url: URL,
  authorization: string | null,
  { signal, range }: { readonly signal: AbortSignal; readonly range?: string },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:'
    const plain = new URL(url)
    plain.username = ''
    plain.password = ''
    const asked = (secure ? https : http).get(plain, {
      agent: false,
      signal,
      headers: {
        accept: '*/*',
        'user-agent': 'vireo',
        ...(authorization !== null && { authorization }),
        ...(range !== undefined && { range }),
      },
      ...(secure && { rejectUnauthorized: false }),
    })
    asked.setTimeout(answerTimeoutMs, () =>
      asked.destroy(new AppError('CAMERA_UNREACHABLE', `no answer for ${answerTimeoutMs / 1000} s`)),
    )
    asked.on('response', (answer) => {
      // What is silent from now on is for the watchdog of the pictures to judge.
      asked.setTimeout(0)
      answer.on('error', () => {})
      resolve(answer)
    })
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (error instanceof AppError) return reject(error)
      const reason = networkReasons[error.code ?? ''] ?? 'the camera does not answer'
      reject(new AppError('CAMERA_UNREACHABLE', reason))
    })
  })
}
