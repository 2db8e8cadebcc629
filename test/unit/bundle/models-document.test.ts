import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { bundleSchema } from '../../../src/bundle/bundle-schema.ts'
import { poseSchema } from '../../../src/bundle/pose-schema.ts'
import { poseSchema as cameraPoseSchema } from '../../../src/config/schema/pose-schema.ts'
import { postures } from '../../../src/core/pose.ts'
import { layouts } from '../../../src/onnx/fold/fold-input.ts'
import { allCommands } from '../../support/all-commands.ts'
import { behavioursSchema } from '../../support/behaviours-schema.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/models.md'), 'utf8')
const [importPart, bundlePart] = page.split('\n## bundle.json\n') as [string, string]

/** Paths of all fields; objects that only group others are not fields of their own. */
function fieldsOf(schema: unknown, path: string): string[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([name, inner]) =>
      fieldsOf(inner, path ? `${path}.${name}` : name),
    )
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodObject)
    return [path, ...fieldsOf(schema.element, `${path}[]`)]
  return [path]
}

describe('docs/models.md', () => {
  it('describes every field of bundle.json and no other', () => {
    const documented = [...bundlePart.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]!)
    expect(documented.sort()).toEqual(fieldsOf(bundleSchema, '').sort())
  })

  it('names only options and layouts that exist', async () => {
    const commands = (await allCommands()).filter(({ group }) => ['model', 'train'].includes(group ?? ''))
    const options = commands.flatMap(({ command }) => command.options.map((option) => option.long))
    const ofVireo = importPart.replaceAll(/pip download [^`\n]*/g, '')
    const named = [...ofVireo.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map((match) => match[0])
    expect(named.length).toBeGreaterThan(20)
    expect([...new Set(named)].filter((option) => !options.includes(option))).toEqual([])
    const named2 = [...importPart.matchAll(/--layout` \| .*|--layout ([A-Z]+)/g)].map((match) => match[1])
    expect(named2.filter((name) => name && !layouts.some((layout) => layout === name))).toEqual([])
    for (const layout of layouts) expect(importPart).toContain(`\`${layout}\``)
  })
})

describe('docs/pose.md', () => {
  const pose = readFileSync(join(import.meta.dirname, '../../../docs/pose.md'), 'utf8')

  it('describes every field of pose and every posture', () => {
    const rowsOf = (part: string) => [...part.matchAll(/^\| `([a-z][^`]*)` \|/gm)].map((match) => match[1]!)
    const [before, fields, after] = pose.split(/\n## (?:`pose` in bundle.json|How people are looked at)\n/)
    expect(rowsOf(fields!).sort()).toEqual(Object.keys(poseSchema.shape).sort())
    expect(rowsOf(after!).sort()).toEqual([...postures].sort())
    expect(rowsOf(before!).sort()).toEqual([...poseSchema.shape.head.options].sort())
  })

  it('has a rule that is taken', () => {
    const { behaviours, cameras } = parse(/```yaml\n([\s\S]*?)```/.exec(pose)![1]!)
    expect(behavioursSchema.parse(behaviours).rules).toHaveLength(1)
    expect(cameraPoseSchema.parse(cameras[0].pose)).toEqual({ fps: 5, people: 8 })
  })
})
