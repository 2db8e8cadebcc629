import { crossCheck } from './check/cross-check.ts'
import { configShape } from './schema.ts'

/** A whole configuration, and the rules between its fields. */
export const configSchema = configShape.superRefine(crossCheck)
