import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findProblems } from '../../../pipelines/live/check-config.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { metricTable } from '../../../src/core/metrics/metric-table.ts'
import { tempDir } from '../../support/temp-dir.ts'

const root = join(import.meta.dirname, '../../..')
const text = readFileSync(join(root, 'docs/operations.md'), 'utf8')
const unit = readFileSync(join(root, 'config/systemd/vireo.service'), 'utf8')

describe('docs/operations.md', () => {
  it('shows a configuration that is valid and keeps its data where the unit lets it', () => {
    const folder = tempDir('operations')
    try {
      const file = join(folder, 'vireo.yaml')
      writeFileSync(file, /```yaml\n(version: 1\n[\s\S]*?)```/.exec(text)![1]!)
      const config = loadConfig(file, { GATE_PASSWORD: 'secret' })
      expect(config.dataDir).toBe(`/var/lib/${/^StateDirectory=(.*)$/m.exec(unit)![1]}`)
      // A model that was trained on simulated people would not start.
      expect(config.models.map(({ path }) => path)).toEqual(['/var/lib/vireo/models/people'])
      expect(findProblems(config, null)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('names metrics that there are', () => {
    const names = [...text.matchAll(/`(vireo_\w{2,})`/g)].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(4)
    for (const name of names) expect(Object.keys(metricTable)).toContain(name)
  })

  it('installs into the paths of the unit', () => {
    for (const path of ['/etc/vireo/vireo.env', '/etc/vireo/vireo.yaml', '/opt/vireo/node_modules/.bin']) {
      expect(unit).toContain(path)
      expect(text).toContain(path)
    }
  })
})
