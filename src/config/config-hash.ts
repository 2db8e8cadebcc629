import { createHash } from 'node:crypto'
import { redactConfig } from './redact.ts'
import type { Config } from './schema.ts'

/** Names a configuration in events: the first 12 hex digits of the SHA-256 of its redacted canonical JSON. */
export function configHash(config: Config): string {
  return createHash('sha256')
    .update(canonicalJson(redactConfig(config)))
    .digest('hex')
    .slice(0, 12)
}

/** JSON with sorted keys and without spaces: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
