import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fineTunePlanSchema } from '../../../src/train/run/fine-tune-plan.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/training.md'), 'utf8')

interface Field {
  readonly default?: unknown
  readonly description?: string
  readonly properties?: Readonly<Record<string, Field>>
}

/** Rows of the table as the schema would have them. */
function rowsOf(node: Field, path = ''): string[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`
    if (field.properties) return rowsOf(field, at)
    return [`| \`${at}\` | \`${JSON.stringify(field.default)}\` | ${field.description} |`]
  })
}

describe('docs/training.md', () => {
  it('has every setting with its default and meaning, and no other', () => {
    const schema = z.toJSONSchema(fineTunePlanSchema, { io: 'input' }) as Field
    const documented = page.split('\n').filter((line) => /^\| `[a-zA-Z.]+` \| `/.test(line))
    expect(documented).toEqual(rowsOf(schema))
  })
})
