import { hideAddress } from '../core/text/hide-credentials.ts'
import { templateOf } from './origins.ts'
import type { Config } from './schema.ts'

/** Fields of the configuration that hold secrets. */
export const secretFields: ReadonlySet<string> = new Set([
  'password',
  'passwordHash',
  'key',
  'secret',
  'token',
])

/** The text without credentials of URLs: before the host, in the query, or in the path. */
export function redactUrl(text: string): string {
  return hideAddress(text)
}

/**
 * A copy of the configuration that may be shown: no URL credentials, passwords or keys, and `${NAME}` in place of
 * every text that came from a variable.
 */
export function redactConfig(config: Config): Config {
  const shown = redactValue(config) as Config
  return {
    ...shown,
    webhooks: shown.webhooks.map((webhook) => ({ ...webhook, url: redactReceiver(webhook.url) })),
  }
}

/** The address of a receiver: what is long in its path is a key, as chat services have it there. */
export function redactReceiver(text: string): string {
  const [head = '', ...query] = redactUrl(text).split('?')
  const scheme = head.indexOf('://') + 3
  const slash = head.indexOf('/', scheme < 3 ? 0 : scheme)
  if (slash < 0) return [head, ...query].join('?')
  const path = head.slice(slash).replace(/[^/]{12,}/g, (part) => (part.includes('${') ? part : '***'))
  return [head.slice(0, slash) + path, ...query].join('?')
}

function redactValue(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((inner, at) => redactField(value, String(at), inner))
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, redactField(value, name, inner)]),
  )
}

function redactField(parent: object, name: string, value: unknown): unknown {
  if (typeof value !== 'string') return redactValue(value)
  const template = templateOf(parent, name)
  if (!secretFields.has(name)) return redactUrl(template ?? value)
  return template !== undefined && /^\$\{\w+\}$/.test(template) ? template : '***'
}
