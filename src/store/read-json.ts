import { z } from 'zod'

/** What a text of JSON holds, as a schema has it; null when it cannot be read or is something else, as after damage on the disk. */
export function readJson<T>(text: unknown, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(String(text))).data ?? null
  } catch {
    return null
  }
}

/** Any object, as it is. */
export const anyObject = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)
export const texts = z.array(z.string())
