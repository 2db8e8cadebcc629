import { z } from 'zod'
import { configShape } from '../schema.ts'

const wrappers = [z.ZodExactOptional, z.ZodDefault, z.ZodPrefault]
type Wrapper = InstanceType<(typeof wrappers)[number]>

/** The keys that the schema has at a path. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  let at: unknown = configShape
  for (const part of path) {
    at = unwrap(at)
    if (at instanceof z.ZodObject) at = at.shape[String(part)]
    else if (at instanceof z.ZodArray) at = at.element
  }
  at = unwrap(at)
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

function unwrap(schema: unknown): unknown {
  if (wrappers.some((wrapper) => schema instanceof wrapper)) return unwrap((schema as Wrapper).unwrap())
  if (schema instanceof z.ZodUnion)
    return unwrap(schema.options.find((option) => option instanceof z.ZodObject))
  return schema
}
