import { cleanText } from '../core/text/clean-text.ts'
import { hideCredentials, isSecretName } from '../core/text/hide-credentials.ts'

/** Longest text of a log line's field; what is longer comes from outside and says nothing more. */
const longestText = 8192
const mostEntries = 200
const deepest = 6

/** The text without credentials, wherever in it they are, and without characters that steer a terminal. */
export function redactText(text: string): string {
  return cleanText(hideCredentials(text))
}

/**
 * Log fields without secrets: credentials in any string, and values of fields named like a secret. Lists and texts
 * without bound are cut, so that a line costs little whatever is in it.
 */
export function redactFields(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cut(redactText(value))
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object') return value
  if (depth > deepest) return '[deep]'
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (Array.isArray(value)) {
    const shown = value.slice(0, mostEntries).map((item) => redactFields(item, depth + 1))
    return value.length > mostEntries ? [...shown, `[${value.length - mostEntries} more]`] : shown
  }
  if (value instanceof Error) return redactFields(describeError(value), depth + 1)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString()
  const entries = Object.entries(value)
  const shown = entries.slice(0, mostEntries).map(([name, inner]) => {
    const hidden = inner !== null && inner !== undefined && isSecretField(name)
    return [cut(redactText(name)), hidden ? '***' : redactFields(inner, depth + 1)] as const
  })
  const left = entries.length - shown.length
  return Object.fromEntries(left > 0 ? [...shown, ['…', `[${left} more]`] as const] : shown)
}

function describeError(error: Error): Record<string, unknown> {
  return { ...error, name: error.name, message: error.message, stack: error.stack, cause: error.cause }
}

const isSecretField = (name: string) =>
  isSecretName(name.replace(/([a-z])(?=[A-Z])/g, '$1_')) || /^cookie$/i.test(name)

const cut = (text: string) => (text.length > longestText ? `${text.slice(0, longestText)}…` : text)
