// Greedy up to the last @: people write passwords with / # and ? unescaped.
const inUrl = /([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>]*@/gi
const inQuery = /([?&](?:password|passwd|pwd|pass|token|secret|key|auth|user|username)=)[^&#\s"'<>]*/gi
const secretName = /^(key|authorization|cookie)$|(password|passwd|secret|token|apikey)$/i

/** A part of a text, from `start` up to `end`. */
export type Span = readonly [start: number, end: number]

/** The text without URL credentials, wherever in it they are. */
export function redactText(text: string): string {
  return hideSpans(text, credentialSpans(text))
}

/** Where a text has the credentials of URLs. */
export function credentialSpans(text: string): Span[] {
  const afterFirstGroup = (match: RegExpExecArray) => match.index + match[1]!.length
  const endOf = (match: RegExpExecArray) => match.index + match[0].length
  return [
    ...[...text.matchAll(inUrl)].map((match): Span => [afterFirstGroup(match), endOf(match) - 1]),
    ...[...text.matchAll(inQuery)].map((match): Span => [afterFirstGroup(match), endOf(match)]),
  ]
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

/** Log fields without secrets: URL credentials in any string, and values of fields named like a secret. */
export function redactFields(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object') return value
  if (depth > 6) return '[deep]'
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) return value.map((item) => redactFields(item, depth + 1))
  if (value instanceof Error) return redactFields(describeError(value), depth + 1)
  if (value instanceof Date) return value.toISOString()
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretName.test(name) ? '***' : redactFields(inner, depth + 1),
    ]),
  )
}

function describeError(error: Error): Record<string, unknown> {
  return { ...error, name: error.name, message: error.message, stack: error.stack, cause: error.cause }
}
