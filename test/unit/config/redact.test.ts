import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { configHash } from '../../../src/config/config-hash.ts'
import { diffConfig } from '../../../src/config/diff.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { redactConfig, redactUrl } from '../../../src/config/redact.ts'
import { emitSchema } from '../../../src/config/schema/emit-schema.ts'

function config(password: string, extra = '') {
  const text = `version: 1
cameras:
  - { id: gate, url: "rtsp://admin:${password}@h:554/x?token=${password}" }
kafka:
  brokers: [h:1]
  ssl: { key: ${password} }
  sasl: { mechanism: plain, username: u, password: ${password} }
${extra}`
  return parseConfig(text, { file: 'v.yaml', env: {} })
}

describe('redactConfig', () => {
  it.each(['hunter2', 'a@b', 'a/b#c?d'])('shows no secret: %s', (secret) => {
    const shown = JSON.stringify(redactConfig(config(secret)))
    expect(shown).not.toContain(secret)
    expect(shown).not.toContain('admin')
    expect(shown).toContain('"password":"***"')
    expect(shown).toContain('"key":"***"')
  })

  it('leaves addresses without credentials as they are', () => {
    expect(redactUrl('rtsp://host:554/x?y=1')).toBe('rtsp://host:554/x?y=1')
  })
})

describe('configHash', () => {
  it('is short, does not depend on secrets or the order of keys, and depends on the rest', () => {
    const hash = configHash(config('one'))
    expect(hash).toMatch(/^[0-9a-f]{12}$/)
    expect(configHash(config('two'))).toBe(hash)
    expect(configHash(config('one', 'http: { port: 1, host: localhost }'))).toBe(
      configHash(config('one', 'http: { host: localhost, port: 1 }')),
    )
    expect(configHash(config('one', 'dataDir: /other'))).not.toBe(hash)
  })
})

describe('diffConfig', () => {
  it('names what was added, removed and changed', () => {
    const before = config('one')
    const after = { ...config('two'), dataDir: '/other' }
    after.cameras = [...after.cameras, { ...after.cameras[0]!, id: 'yard' }]
    const diff = diffConfig(before, after)
    expect(diff.cameras).toEqual({ added: ['yard'], removed: [], changed: ['gate'] })
    expect(diff.sections).toEqual(['dataDir', 'kafka'])
    expect(diffConfig(after, before).cameras.removed).toEqual(['yard'])
    expect(JSON.stringify(diff)).not.toContain('two')
  })

  it('is empty for equal configurations', () => {
    const diff = diffConfig(config('one'), config('one'))
    expect(diff.sections).toEqual([])
    expect(diff.cameras).toEqual({ added: [], removed: [], changed: [] })
  })
})

describe('the JSON Schema', () => {
  const file = 'config/schema/vireo.schema.json'

  it('is fresh: else run node bin/vireo.js config schema > config/schema/vireo.schema.json', () => {
    expect(readFileSync(file, 'utf8')).toBe(emitSchema())
  })

  it('describes every field', () => {
    const missing: string[] = []
    const visit = (node: Record<string, unknown>, path: string) => {
      for (const [name, child] of Object.entries(
        (node.properties ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        if (!child.description) missing.push(`${path}${name}`)
        visit(child, `${path}${name}.`)
      }
      if (node.items) visit(node.items as Record<string, unknown>, path)
      for (const option of (node.anyOf ?? []) as Record<string, unknown>[]) visit(option, path)
    }
    visit(JSON.parse(emitSchema()), '')
    expect(missing).toEqual([])
  })

  it('accepts the example and refuses an unknown key', () => {
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(file, 'utf8')))
    const example = parse(readFileSync('config/vireo.yaml', 'utf8'))
    expect(validate(example), JSON.stringify(validate.errors)).toBe(true)
    expect(validate({ ...example, camera: [] })).toBe(false)
  })
})
