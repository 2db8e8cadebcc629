import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolders } from '../../../src/store/make-folders.ts'
import { tempDir } from '../../support/temp-dir.ts'

describe('makeFolders', () => {
  it('makes what is missing, as private as it is told, and leaves what is there', () => {
    const dir = join(tempDir(), 'a/b/c')
    makeFolders(dir, 0o700)
    makeFolders(dir)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
  })

  it('says so where a file has the name', () => {
    const file = join(tempDir(), 'file')
    writeFileSync(file, '')
    expect(() => makeFolders(file)).toThrow(/EEXIST/)
    expect(() => makeFolders(join(file, 'a'))).toThrow(/ENOTDIR/)
  })

  it.skipIf(!existsSync('/proc/self'))('comes back where the system has no place for a folder', () => {
    expect(() => makeFolders('/proc/nowhere/a')).toThrow(/ENOENT|EACCES/)
  })
})
