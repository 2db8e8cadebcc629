import { z } from 'zod'
import { configShape } from '../schema.ts'

/** JSON Schema of the file as people write it; config/schema/vireo.schema.json is this text. */
export function emitSchema(): string {
  const schema = z.toJSONSchema(configShape, { io: 'input', target: 'draft-2020-12' })
  return `${JSON.stringify({ ...schema, title: 'Vireo configuration' }, null, 2)}\n`
}
