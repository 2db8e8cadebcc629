import { createHash } from 'node:crypto'

/** Who asks for what; `nonce` of the client makes the answer good once. */
export interface DigestRequest {
  readonly user: string
  readonly password: string
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly clientNonce: string
}

/** The Authorization header that answers a digest challenge (RFC 7616); null for one that cannot be answered. */
export function digestAnswer(challenge: string, request: DigestRequest): string | null {
  const fields = new Map<string, string>()
  for (const [, name, quoted, bare] of challenge.matchAll(/([a-z]+)=(?:"([^"]*)"|([^\s,]+))/gi))
    fields.set(name!.toLowerCase(), quoted ?? bare ?? '')
  const algorithm = fields.get('algorithm') ?? 'MD5'
  const hashName = /^md5$/i.test(algorithm) ? 'md5' : /^sha-256$/i.test(algorithm) ? 'sha256' : null
  const offered = fields
    .get('qop')
    ?.split(',')
    .map((each) => each.trim())
  const [realm, nonce] = [fields.get('realm') ?? '', fields.get('nonce')]
  if (hashName === null || nonce === undefined || (offered && !offered.includes('auth'))) return null
  const hash = (text: string) => createHash(hashName).update(text).digest('hex')
  const { user, password, method, path, clientNonce } = request
  const [who, what] = [hash(`${user}:${realm}:${password}`), hash(`${method}:${path}`)]
  const count = '00000001'
  const response = offered
    ? hash([who, nonce, count, clientNonce, 'auth', what].join(':'))
    : hash([who, nonce, what].join(':'))
  const opaque = fields.get('opaque')
  return [
    `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${path}", response="${response}"`,
    `algorithm=${algorithm}`,
    ...(offered ? [`qop=auth, nc=${count}, cnonce="${clientNonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ].join(', ')
}
