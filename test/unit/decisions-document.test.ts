import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const dir = join(import.meta.dirname, '../../docs/decisions')
const text = readFileSync(join(dir, 'README.md'), 'utf8')
const [table, gaps] = text.split('## Numbers without a page') as [string, string]
const pages = readdirSync(dir).filter((name) => name !== 'README.md')
const rows = [...table.matchAll(/^\| (\d+) \| \[.+\]\((.+)\) \|$/gm)].map(([, number, page]) => [
  Number(number),
  page!,
])

/** Numbers of the second table: `7` or `26–39`. */
const explained = [...gaps.matchAll(/^\| (\d+)(?:–(\d+))? \| .+ \|$/gm)].flatMap(([, from, to = from]) =>
  Array.from({ length: Number(to) - Number(from) + 1 }, (_, n) => Number(from) + n),
)

describe('docs/decisions', () => {
  it('has every page in its table, in order, and no other', () => {
    expect(rows).toEqual(pages.sort().map((page) => [Number(page.slice(0, 4)), page]))
  })

  it('gives every page a number of its own, which its title has too', () => {
    expect(new Set(rows.map(([number]) => number)).size).toBe(rows.length)
    for (const [number, page] of rows)
      expect(readFileSync(join(dir, String(page)), 'utf8')).toMatch(new RegExp(`^# 0*${number}[.:] `))
  })

  it('explains every number that has no page', () => {
    const numbers = rows.map(([number]) => Number(number))
    const missing = Array.from({ length: Math.max(...numbers) }, (_, n) => n + 1).filter(
      (number) => !numbers.includes(number),
    )
    expect(explained).toEqual(missing)
  })
})
