import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorTable } from '../../../src/core/error-table.ts'
import { metricTable } from '../../../src/core/metrics/metric-table.ts'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/cameras.md'), 'utf8')
const schema = JSON.parse(readFileSync(join(root, 'src/event/schema/camera-status.schema.json'), 'utf8'))
const rows = page
  .split('## What is no fault')[0]!
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| fault'))
  .map((line) => line.split(' | '))
const named = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)

describe('docs/cameras.md', () => {
  it('has every picture that is wrong, and states and codes that there are', () => {
    const pictures = new Set(
      rows.flatMap(([, , cause]) => named(cause!)).filter((name) => /^[a-z]+$/.test(name)),
    )
    expect([...pictures, 'ok'].sort()).toEqual([...schema.properties.picture.enum].sort())
    const states = new Set(rows.flatMap(([, state]) => named(state!)))
    for (const state of states) expect(schema.properties.state.enum).toContain(state)
    const codes = rows.flatMap(([, , cause]) => named(cause!)).filter((name) => /^[A-Z_]+$/.test(name))
    expect(codes.length).toBeGreaterThan(7)
    for (const code of codes) expect(Object.keys(errorTable)).toContain(code)
  })

  it('names metrics that there are', () => {
    const metrics = [...page.matchAll(/\b(vireo_\w+)/g)].map(([, name]) => name)
    expect(metrics.length).toBeGreaterThan(3)
    for (const metric of metrics) expect(Object.keys(metricTable)).toContain(metric)
  })
})
