import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toAppError } from '../../../src/core/errors.ts'
import { tempDir } from '../../support/temp-dir.ts'

let dir = ''
beforeEach(() => {
  dir = tempDir('errors')
  writeFileSync(join(dir, 'file'), '')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const thrown = (work: () => void): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  return null
}

describe('toAppError', () => {
  it.each([
    [
      'a file in the way',
      () => mkdirSync(join(dir, 'file')),
      /file: mkdir is refused \(EEXIST: a file has that name\)/,
    ],
    ['a file in the path', () => mkdirSync(join(dir, 'file/sub')), /ENOTDIR: a part of the path is a file/],
    ['a file that is not there', () => readFileSync(join(dir, 'none')), /none: open is refused \(ENOENT/],
  ])('calls %s a matter of files, not of the program', (_name, work, message) => {
    expect(toAppError(thrown(work))).toMatchObject({
      code: 'STORE_FILE',
      message: expect.stringMatching(message),
    })
  })

  it('leaves mistakes of the program what they are', () => {
    expect(toAppError(new TypeError('x is not a function')).code).toBe('BUG_UNEXPECTED')
    expect(toAppError('text').code).toBe('BUG_UNEXPECTED')
    expect(toAppError(null).code).toBe('BUG_UNEXPECTED')
  })
})
