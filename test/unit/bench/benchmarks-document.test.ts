import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { benchmarksDocument } from '../../bench/benchmarks-document.ts'
import { type BenchReport, bar, quantile } from '../../bench/report.ts'

const root = join(import.meta.dirname, '../../..')

describe('docs/benchmarks.md', () => {
  it('is what the saved reports say: else run npm run bench -- NAME --save', () => {
    expect(readFileSync(join(root, 'docs/benchmarks.md'), 'utf8')).toBe(benchmarksDocument(root))
  })

  it('has reports whose bars say truly whether they hold', () => {
    for (const file of globSync('docs/benchmarks/*.json', { cwd: root })) {
      const { bars } = JSON.parse(readFileSync(join(root, file), 'utf8')) as BenchReport
      expect(bars.length).toBeGreaterThan(0)
      for (const { name, value, op, limit, holds } of bars)
        expect(bar(name, value, op, limit).holds).toBe(holds)
    }
  })
})

describe('figures', () => {
  it('quantile lies between neighbours in proportion', () => {
    expect([0, 0.5, 0.75, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 2.5, 3.25, 4])
  })
})
