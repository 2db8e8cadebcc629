import type { z } from 'zod'

const others = new WeakMap<object, z.ZodType>()

/**
 * A schema that the OpenAPI document shows as another one: of a body of which the first look is taken here, and the
 * whole is checked where more of it is known.
 */
export function shownAs<T extends z.ZodType>(schema: T, shown: z.ZodType): T {
  others.set(schema, shown)
  return schema
}

export const shownOf = (schema: object): z.ZodType | undefined => others.get(schema)
