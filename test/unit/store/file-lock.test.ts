import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, it } from 'vitest'
import { holdFile } from '../../../src/store/file-lock.ts'
import { tempDir } from '../../support/temp-dir.ts'

let dir: string
let file: string
beforeEach(() => {
  dir = tempDir('lock')
  file = join(dir, 'data', 'x.lock')
})

describe('a lock that the operating system keeps', () => {
  it('lets one in at a time', () => {
    const first = holdFile(file)
    expect(first).not.toBeNull()
    expect(holdFile(file)).toBeNull()
    first!.release()
    const second = holdFile(file)
    expect(second).not.toBeNull()
    second!.release()
  })

  it('can be opened by its owner alone, also where an earlier version made it', () => {
    const umask = process.umask(0)
    holdFile(file)!.release()
    chmodSync(file, 0o666)
    holdFile(file)!.release()
    process.umask(umask)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700)
  })

  it('does not mind somebody who reads it', () => {
    holdFile(file)!.release()
    const writer = new DatabaseSync(file)
    writer.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)')
    writer.close()
    const reader = new DatabaseSync(file, { readOnly: true })
    reader.exec('BEGIN; SELECT * FROM t')
    const held = holdFile(file)
    expect(held).not.toBeNull()
    held!.release()
    reader.close()
  })

  it('takes the place of what is no lock', () => {
    holdFile(file)!.release()
    writeFileSync(file, 'x'.repeat(5000))
    const held = holdFile(file)
    expect(held).not.toBeNull()
    expect(holdFile(file)).toBeNull()
    held!.release()
  })
})
