import type { Config } from './schema.ts'

const secretFields = new Set(['password', 'key', 'secret', 'token'])
// Greedy up to the last @: people write passwords with / # and ? unescaped.
const inUrl = /([a-z][a-z0-9+.-]*:\/\/).*@/gi
const inQuery = /([?&](?:password|passwd|pwd|pass|token|secret|key|auth|user|username)=)[^&#\s]*/gi

/** The text without credentials of URLs, be they before the host or in the query. */
export function redactUrl(text: string): string {
  return text.replace(inUrl, '$1***@').replace(inQuery, '$1***')
}

/** A copy of the configuration that may be shown: no URL credentials, passwords or keys. */
export function redactConfig(config: Config): Config {
  return redactValue(config) as Config
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactUrl(value)
  if (Array.isArray(value)) return value.map(redactValue)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      secretFields.has(name) && typeof inner === 'string' ? '***' : redactValue(inner),
    ]),
  )
}
