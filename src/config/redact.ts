import { hideAddress } from '../core/hide-credentials.ts'
import type { Config } from './schema.ts'

const secretFields = new Set(['password', 'key', 'secret', 'token'])
/** The text without credentials of URLs: before the host, in the query, or in the path. */
export function redactUrl(text: string): string {
  return hideAddress(text)
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
