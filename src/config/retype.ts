import type { z } from 'zod'

/**
 * A variable always yields text. Where the schema wants a number or a boolean and the text is one, this puts the
 * value itself in place, so that `port: ${PORT}` works while a password of digits stays text.
 * Returns whether anything was changed; `value` is changed in place.
 */
export function retype(value: unknown, error: z.ZodError): boolean {
  let changed = false
  for (const issue of error.issues) {
    if (issue.code !== 'invalid_type') continue
    const parent = issue.path
      .slice(0, -1)
      .reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)?.[part], value)
    const key = issue.path.at(-1)
    if (typeof parent !== 'object' || parent === null || key === undefined) continue
    const holder = parent as Record<PropertyKey, unknown>
    const typed = typedValue(holder[key], issue.expected)
    if (typed === undefined) continue
    holder[key] = typed
    changed = true
  }
  return changed
}

function typedValue(text: unknown, expected: string): number | boolean | undefined {
  if (typeof text !== 'string') return undefined
  if (expected === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  if (expected !== 'number' && expected !== 'int') return undefined
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}
