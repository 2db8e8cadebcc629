/** A part of a text, from `start` up to `end`. */
export type Span = readonly [start: number, end: number]

/** Longest name of a parameter that is looked at. */
const longestName = 48
const lastWord =
  /(?:^|[._-])(?:key|auth|authorization|pw|psw|pswd|pin|otp|sig|sid|session|sessionid|ticket|jwt|user|username|usr|login|loginuse|loginpas|account)$/
const anyEnd =
  /(?:pass|passw|passwd|password|passwort|passphrase|passcode|pwd|token|secret|(?:api|auth|access|private)key(?:id)?|signature|credentials?)$/
/** Addresses whose path is the secret: what comes after these words. */
const secretPath =
  /\/(?:services|webhooks?|webhookb2|hooks?|with\/key|key|token|secret|password|passwd|pass|pwd|auth)\/|\/bot(?=\d{3,20}:)/gi
const bearer = /\bbearer[ \t]{1,8}([\w+/=.~-]{8,})/gi
const basic = /\bauthorization[ \t]{0,8}[:=][ \t]{0,8}(?:basic|digest)[ \t]{1,8}([^\r\n]+)/gi
const variable = /\$\{[A-Za-z_]\w{0,100}:-/g

/** Whether a field or parameter of this name holds something that is not to be shown. */
export function isSecretName(name: string): boolean {
  const plain = name.slice(-longestName).toLowerCase()
  return lastWord.test(plain) || anyEnd.test(plain)
}

/** The text without logins of addresses, passwords, keys and tokens, wherever in it they are; in linear time. */
export function hideCredentials(text: string): string {
  return hideSpans(text, credentialSpans(text))
}

/** The same for a text that is one address as a whole, whatever is in its password. */
export function hideAddress(address: string): string {
  return hideSpans(address, [...spansOf(address, 0), ...spansBetweenTokens(address)])
}

/** Where a text has credentials. */
export function credentialSpans(text: string): Span[] {
  const spans = spansBetweenTokens(text)
  for (const { 0: token, index } of text.matchAll(/[^\s"'<>]+/g)) spans.push(...spansOf(token, index))
  return spans
}

/** The text with stars in place of the spans; those that overlap or touch become one. */
export function hideSpans(text: string, spans: readonly Span[]): string {
  let hidden = ''
  let done = 0
  let until = -1
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (start > until) {
      hidden += `${text.slice(done, start)}***`
      until = end
    } else until = Math.max(until, end)
    done = until
  }
  return hidden + text.slice(done)
}

/** Logins in headers, and what a reference to a variable falls back to. */
function spansBetweenTokens(text: string): Span[] {
  const spans: Span[] = []
  for (const pattern of [bearer, basic])
    for (const match of text.matchAll(pattern)) {
      const end = match.index + match[0].length
      spans.push([end - match[1]!.length, end])
    }
  for (const match of text.matchAll(variable)) {
    const start = match.index + match[0].length
    if (start < (spans.at(-1)?.[1] ?? 0)) continue
    const end = text.indexOf('}', start)
    spans.push([start, end < 0 ? text.length : end])
    if (end < 0) break
  }
  return spans
}

/** Where a text without spaces has a login, secret parameters, or a path that is a secret. */
function spansOf(token: string, offset: number): Span[] {
  const spans: Span[] = []
  const hide = (start: number, end: number) => {
    if (end > start) spans.push([offset + start, offset + end])
  }
  const scheme = token.indexOf('://')
  const authority = scheme >= 0 ? scheme + 1 : token.startsWith('//') ? 0 : -1
  // Up to the last @: people write passwords with / # and ? unescaped.
  if (authority >= 0) hide(authority + 2, token.lastIndexOf('@'))
  const query = token.indexOf('?')
  for (let at = token.indexOf('='); at >= 0; ) {
    const name = /[\w.-]*$/.exec(token.slice(Math.max(0, at - longestName), at))![0]
    const end = isSecretName(name) ? endOfValue(token, at + 1, query >= 0 && at > query) : at + 1
    if (end > at + 1) hide(at + 1, end)
    at = token.indexOf('=', end)
  }
  if (authority < 0) return spans
  secretPath.lastIndex = 0
  const secret = secretPath.exec(token.slice(0, query < 0 ? token.length : query))
  if (secret) hide(secret.index + secret[0].length, query < 0 ? token.length : query)
  return spans
}

/** In a query a value ends at & or #; in a path also at / and where `_name=` begins. */
function endOfValue(token: string, start: number, inQuery: boolean): number {
  for (let at = start; at < token.length; at += 1) {
    const character = token[at]!
    if (character === '&' || character === '#') return at
    if (inQuery) continue
    if (character === '/' || character === '?') return at
    if (character === '_' && /^_[a-z]{1,20}=/i.test(token.slice(at, at + 22))) return at
  }
  return token.length
}
