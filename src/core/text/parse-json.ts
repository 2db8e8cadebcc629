import type { z } from 'zod'

/**
 * A text of JSON as a schema has it; what `refuse` makes of the first thing that is wrong is thrown: that it is no JSON,
 * or the field and what is wrong with it.
 */
export function parseJson<T>(text: string, schema: z.ZodType<T>, refuse: (reason: string) => Error): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw Object.assign(refuse(`is not JSON: ${(cause as Error).message}`), { cause })
  }
  const checked = schema.safeParse(value)
  if (checked.success) return checked.data
  const { path, message } = checked.error.issues[0]!
  throw refuse(`${path.join('.') || '(root)'}: ${message}`)
}
