import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isUnborn, openDatabase } from '../../../src/store/open-database.ts'
import { type StoreDatabase, transaction } from '../../../src/store/store-database.ts'
import { unreadableRows } from '../../../src/store/unreadable-rows.ts'
import { tempDir } from '../../support/temp-dir.ts'

let dir: string
let file: string
let umask: number
const opened: StoreDatabase[] = []
beforeEach(() => {
  dir = tempDir('open')
  file = join(dir, 'data', 'things.db')
  umask = process.umask(0o022)
})
afterEach(() => {
  process.umask(umask)
  for (const database of opened.splice(0)) if (database.isOpen) database.close()
  rmSync(dir, { recursive: true })
})

const migrations = ['CREATE TABLE thing (id INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;']
const open = (more: Partial<Parameters<typeof openDatabase>[0]> = {}) => {
  const subject = { name: 'the things', file, invalid: 'EVENT_INVALID' } as const
  const database = openDatabase({ subject, migrations, check: true, ...more })
  opened.push(database)
  return database
}
const fill = (rows: number) => {
  const database = open()
  const insert = database.prepare('INSERT INTO thing (json) VALUES (?)')
  transaction(database, () => {
    for (let row = 0; row < rows; row += 1) insert.run(JSON.stringify({ text: 'x'.repeat(200) }))
  })
  return database
}
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const thrown = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return error as { code: string; retry: boolean; message: string }
  }
  return null
}
const overwrite = (from: number, bytes: number) => {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(bytes, 0x5a), 0, bytes, from)
  closeSync(handle)
}

describe('a database', () => {
  it('is for its owner alone, whatever the umask', () => {
    fill(1)
    expect([modeOf(join(dir, 'data')), ...['', '-wal', '-shm'].map((end) => modeOf(file + end))]).toEqual([
      '700',
      '600',
      '600',
      '600',
    ])
  })

  it('takes the rights of others from what an earlier version made', () => {
    mkdirSync(join(dir, 'data'), { mode: 0o755 })
    new DatabaseSync(file).close()
    chmodSync(file, 0o644)
    fill(1)
    expect([modeOf(join(dir, 'data')), modeOf(file), modeOf(`${file}-wal`)]).toEqual(['700', '600', '600'])
  })

  it('leaves a folder that belongs to everybody as it is', () => {
    mkdirSync(join(dir, 'data'))
    chmodSync(join(dir, 'data'), 0o1777)
    fill(1)
    expect([modeOf(join(dir, 'data')), modeOf(file)]).toEqual(['777', '600'])
  })

  it.each([
    ['the header', 0, 100],
    ['the pages of the schema', 100, 3000],
    ['a page of a table', 4096 * 3, 4096],
  ])('is told as damaged when %s is overwritten, and stays as it is', (_what, from, bytes) => {
    fill(500).close()
    overwrite(from, bytes)
    const before = readFileSync(file)
    for (let n = 0; n < 2; n += 1) {
      const error = thrown(open)
      expect(error).toMatchObject({ code: 'STORE_DAMAGED', retry: false })
      expect(error!.message).toContain(file)
      expect(error!.message).toContain('backup')
    }
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('is told as damaged when it is cut short or lacks a table', () => {
    fill(500).close()
    writeFileSync(file, readFileSync(file).subarray(0, 4096 * 5))
    expect(thrown(open)?.code).toBe('STORE_DAMAGED')
    rmSync(file)
    const database = fill(1)
    database.exec('DROP TABLE thing')
    expect(thrown(() => database.prepare('SELECT * FROM thing'))?.code).toBe('STORE_DAMAGED')
  })

  it('is told as damaged when that shows only while it is used', () => {
    fill(500).close()
    overwrite(4096 * 3, 4096)
    const database = open({ check: false })
    expect(thrown(() => database.prepare('SELECT sum(length(json)) FROM thing').get())?.code).toBe(
      'STORE_DAMAGED',
    )
    const remove = database.prepare('DELETE FROM thing')
    expect(thrown(() => transaction(database, () => remove.run()))?.code).toBe('STORE_DAMAGED')
    expect(database.isTransaction).toBe(false)
  })

  it('says what to do with one of a newer version', () => {
    fill(1).exec('PRAGMA user_version = 7')
    const error = thrown(open)
    expect(error).toMatchObject({ code: 'STORE_VERSION', retry: false })
    expect(error!.message).toMatch(/things\.db has version 7, this Vireo knows 1: a newer Vireo wrote it/)
  })

  it('is not made where it must be there', () => {
    expect(thrown(() => open({ mustExist: true }))?.code).toBe('STORE_OPEN')
    expect(thrown(() => open({ readOnly: true }))?.code).toBe('STORE_OPEN')
    expect(thrown(() => statSync(join(dir, 'data')))).not.toBeNull()
  })

  it('says what cannot be made', () => {
    writeFileSync(join(dir, 'data'), '')
    const error = thrown(open)
    expect(error?.code).toBe('STORE_OPEN')
    expect(error!.message).toContain('set another dataDir')
  })

  it('tells values that it never takes from a disk that is full', () => {
    const database = fill(1)
    const insert = database.prepare('INSERT INTO thing (id, json) VALUES (?, ?)')
    expect(thrown(() => transaction(database, () => insert.run(1, '{}')))).toMatchObject({
      code: 'EVENT_INVALID',
      retry: false,
    })
    const pages = Number(database.prepare('PRAGMA page_count').get()!.page_count)
    database.exec(`PRAGMA max_page_count = ${pages}`)
    const big = JSON.stringify('x'.repeat(1_000_000))
    expect(thrown(() => transaction(database, () => insert.run(5, big)))).toMatchObject({
      code: 'STORE_WRITE',
      retry: true,
    })
    database.exec(`PRAGMA max_page_count = ${pages + 1000}`)
    transaction(database, () => insert.run(5, big))
    const other = open({ check: false })
    other.exec('PRAGMA busy_timeout = 0')
    database.exec('BEGIN IMMEDIATE')
    expect(thrown(() => transaction(other, () => {}))).toMatchObject({ code: 'STORE_WRITE', retry: true })
  })

  it('counts the rows that cannot be read', () => {
    const database = fill(3)
    expect([...unreadableRows(database, { thing: ['json'] })]).toEqual([])
    database.exec("UPDATE thing SET json = '{broken' WHERE id < 3")
    expect([...unreadableRows(database, { thing: ['json'] })]).toEqual([['thing', 2]])
  })

  it('knows one that has nothing in it', () => {
    expect(isUnborn(file)).toBe(true)
    fill(1)
    expect(isUnborn(file)).toBe(false)
    writeFileSync(join(dir, 'empty.db'), '')
    expect(isUnborn(join(dir, 'empty.db'))).toBe(true)
  })
})
