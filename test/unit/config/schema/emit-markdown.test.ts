import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emitMarkdown } from '../../../../src/config/schema/emit-markdown.ts'

const file = join(import.meta.dirname, '../../../../docs/configuration.md')

describe('reference of the configuration', () => {
  it('is fresh: else run node bin/vireo.js config docs > docs/configuration.md', () => {
    expect(readFileSync(file, 'utf8')).toBe(emitMarkdown())
  })

  it('describes every field, also inside lists and alternatives', () => {
    const text = emitMarkdown()
    for (const row of [
      '| `cameras[].id` | string | required | Name of the camera',
      '| `cameras[].transport` | `tcp`, `udp` | `"tcp"` |',
      '| `cameras[].motion.threshold` | number, 0–1 | `0.004` |',
      '| `kafka.ssl.ca` | string | – |',
      '| `http.port` | integer, 0–65535 | `8080` |',
    ])
      expect(text).toContain(row)
    const rows = text.split('\n').filter((line) => line.startsWith('| `'))
    expect(rows.filter((line) => line.endsWith('|  |'))).toEqual([])
  })
})
