import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorTable } from '../../../src/core/error-table.ts'
import { AppError, toAppError } from '../../../src/core/errors.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8')
const rows = new Map(
  [...page.matchAll(/^\| `([A-Z_]+)` \| (yes|no) \| (\d+) \| (\d+) \| (.+) \|$/gm)].map((m) => [m[1]!, m]),
)

describe('docs/errors.md', () => {
  it('documents every code and no other', () => {
    expect([...rows.keys()].sort()).toEqual(Object.keys(errorTable).sort())
  })

  it.each(Object.entries(errorTable))('states %s as the table does', (code, entry) => {
    const row = rows.get(code)!
    expect(row.slice(2)).toEqual([
      entry.retry ? 'yes' : 'no',
      String(entry.httpStatus),
      String(entry.exitCode),
      entry.summary,
    ])
  })
})

describe('AppError', () => {
  it('takes its retry class from the table', () => {
    expect(new AppError('CAMERA_STALLED', 'x').retry).toBe(true)
    expect(new AppError('CONFIG_INVALID', 'x').retry).toBe(false)
  })

  it('wraps what is not ours as a bug and keeps the cause', () => {
    const cause = new TypeError('boom')
    expect(toAppError(cause)).toMatchObject({ code: 'BUG_UNEXPECTED', message: 'boom', cause })
    const own = new AppError('MODEL_GRAPH', 'x')
    expect(toAppError(own)).toBe(own)
  })
})
