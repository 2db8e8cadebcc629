import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { noteFile } from '../../../src/store/note-file.ts'
import { writeWhole } from '../../../src/store/write-whole.ts'
import { tempDir } from '../../support/temp-dir.ts'

describe('write whole', () => {
  it('makes the folder, writes text, bytes or what is written piece by piece, and leaves no part', async () => {
    const dir = tempDir('whole')
    const path = join(dir, 'a/b.bin')
    await writeWhole({ path, content: 'one' })
    expect(readFileSync(path, 'utf8')).toBe('one')
    await writeWhole({ path, content: Uint8Array.of(1, 2), mode: 0o600 })
    expect([...readFileSync(path)]).toEqual([1, 2])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await writeWhole({ path, content: async (handle) => void (await handle.writeFile('piece')) })
    expect(readFileSync(path, 'utf8')).toBe('piece')
    expect(existsSync(`${path}.part`)).toBe(false)
  })

  it('leaves what was there when it fails, and says what cannot be written', async () => {
    const dir = tempDir('whole')
    const path = join(dir, 'kept')
    writeFileSync(path, 'before')
    const content = async () => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    await expect(writeWhole({ path, content, what: 'the checkpoint' })).rejects.toMatchObject({
      code: 'STORE_WRITE',
      message: `${path}: the checkpoint cannot be written (ENOSPC)`,
    })
    expect(readFileSync(path, 'utf8')).toBe('before')
    expect(existsSync(`${path}.part`)).toBe(false)
    mkdirSync(join(dir, 'taken'))
    await expect(writeWhole({ path: join(dir, 'taken'), content: 'x' })).rejects.toMatchObject({
      code: 'STORE_WRITE',
    })
  })

  it('notes a value at once, for the user alone', () => {
    const path = join(tempDir('note'), 'note.json')
    noteFile(path, { at: 1 })
    noteFile(path, { at: 2 })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ at: 2 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})
