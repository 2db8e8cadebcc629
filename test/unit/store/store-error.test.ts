import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { toStoreError } from '../../../src/store/store-error.ts'

const subject = { name: 'the things', file: '/data/things.db', invalid: 'EVENT_INVALID' } as const
const sqlite = (errcode: number) =>
  Object.assign(new Error('says SQLite'), { code: 'ERR_SQLITE_ERROR', errcode })

/** https://www.sqlite.org/rescode.html */
const codes: Record<string, readonly number[]> = {
  STORE_DAMAGED: [1, 11, 26, 267, 523, 779, 522, 8458],
  STORE_OPEN: [14, 526, 1038],
  STORE_WRITE: [
    2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 17, 22, 23, 261, 264, 266, 517, 520, 778, 1032, 1034, 2570, 3338,
  ],
  EVENT_INVALID: [18, 19, 20, 25, 275, 787, 2067, 1555],
}

describe('an error of SQLite', () => {
  it.each(Object.entries(codes).flatMap(([code, list]) => list.map((errcode) => [errcode, code] as const)))(
    '%i is %s',
    (errcode, code) => {
      const error = toStoreError(sqlite(errcode), subject)
      expect(error.code).toBe(code)
      expect(error.message).toContain('says SQLite')
    },
  )

  it('has a code for every class that SQLite has', () => {
    for (let errcode = 1; errcode <= 28; errcode += 1)
      expect(toStoreError(sqlite(errcode), subject).code, String(errcode)).not.toMatch(/^BUG_/)
  })

  it('is about values when the driver refuses them, and else what was thrown', () => {
    const type = Object.assign(new TypeError('cannot be bound'), { code: 'ERR_INVALID_ARG_TYPE' })
    expect(toStoreError(type, subject).code).toBe('EVENT_INVALID')
    expect(toStoreError(new RangeError('Invalid time value'), subject).code).toBe('EVENT_INVALID')
    expect(toStoreError(type, { ...subject, invalid: 'STORE_WRITE' }).code).toBe('STORE_WRITE')
    expect(toStoreError(new Error('database is not open'), subject).code).toBe('STORE_WRITE')
    const own = new AppError('API_BAD_REQUEST', 'no')
    expect(toStoreError(own, subject)).toBe(own)
  })
})
