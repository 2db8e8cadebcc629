import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

interface Locked {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly peer?: boolean
  readonly devOptional?: boolean
}

/** What may be used in a product without giving its source away. */
const permissive = new Set(
  'MIT ISC BSD-2-Clause BSD-3-Clause Apache-2.0 0BSD BlueOak-1.0.0 Unlicense CC0-1.0 Python-2.0 Zlib'.split(
    ' ',
  ),
)

/** An SPDX expression holds when all of its parts with AND, and one of those with OR, do. */
function isPermissive(expression: string): boolean {
  const text = expression.replace(/[()]/g, ' ')
  return text.split(/\sOR\s/).some((all) => all.split(/\sAND\s/).every((one) => permissive.has(one.trim())))
}

function licenceOf(folder: string): string {
  const { license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    license?: string | { type: string }
    licenses?: { type: string }[]
  }
  if (typeof license === 'string') return license
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'none'
}

/** What is installed with `npm install --omit=dev`. */
function production(): [path: string, Locked][] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  return Object.entries(lock.packages).filter(
    ([path, { dev, devOptional, peer }]) => path !== '' && !dev && !devOptional && !peer,
  )
}

describe('dependencies of the product', () => {
  it('have licences that ask for nothing but their notice', () => {
    const installed = production().filter(([path]) => existsSync(join(root, path, 'package.json')))
    expect(installed.length).toBeGreaterThan(30)
    const others = installed
      .map(([path]) => [path, licenceOf(join(root, path))] as const)
      .filter(([, licence]) => !isPermissive(licence))
    expect(others).toEqual([])
  })

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['(MIT AND GPL-3.0)', false],
    ['GPL-3.0-only', false],
    ['none', false],
  ])('the rule itself: %s: %s', (licence, holds) => expect(isPermissive(licence)).toBe(holds))

  it('have no known weakness of a high grade, where the registry answers', async ({ skip }) => {
    const { stdout } = await promisify(execFile)('npm', ['audit', '--omit=dev', '--json'], {
      cwd: root,
      timeout: 60_000,
      maxBuffer: 32 << 20,
    }).catch((failed: { stdout?: string }) => ({ stdout: failed.stdout ?? '' }))
    const report = readReport(stdout)
    if (report === null) return skip('the registry gives no answer to npm audit')
    const grave = Object.entries(report).filter(([, { severity }]) => /high|critical/.test(severity))
    expect(grave.map(([name, { severity }]) => `${name}: ${severity}`)).toEqual([])
  })
})

function readReport(text: string): Record<string, { severity: string }> | null {
  try {
    return (
      (JSON.parse(text) as { vulnerabilities?: Record<string, { severity: string }> }).vulnerabilities ?? null
    )
  } catch {
    return null
  }
}
