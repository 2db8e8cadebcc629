import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileGuard } from '../../../src/store/file-guard.ts'
import { openDatabase } from '../../../src/store/open-database.ts'
import { type StoreDatabase, transaction } from '../../../src/store/store-database.ts'
import { tempDir } from '../../support/temp-dir.ts'

let dir: string
let dataDir: string
let database: StoreDatabase
let nowMs = 0
beforeEach(() => {
  dir = tempDir('guard')
  dataDir = join(dir, 'data')
  nowMs = 0
  const subject = { name: 'the things', file: join(dataDir, 'things.db'), invalid: 'EVENT_INVALID' } as const
  database = openDatabase({ subject, migrations: ['CREATE TABLE thing (id INTEGER PRIMARY KEY) STRICT;'] })
  add(1)
})
afterEach(() => {
  if (database.isOpen) database.close()
  rmSync(dir, { recursive: true })
})

const clock = { monoMs: () => nowMs }
const add = (id: number) =>
  transaction(database, () => database.prepare('INSERT INTO thing VALUES (?)').run(id))
const watched = (more: Partial<Parameters<typeof createFileGuard>[0]> = {}) => {
  const guard = createFileGuard({ clock, ...more })
  guard.watch(database)
  return guard
}
const later = () => {
  nowMs += 1000
}
const idsIn = (file: string) => {
  const other = new DatabaseSync(file)
  const ids = other
    .prepare('SELECT id FROM thing ORDER BY id')
    .all()
    .map(({ id }) => id)
  other.close()
  return ids
}

describe('a database whose file goes away', () => {
  it.each([
    ['the file is removed', () => rmSync(join(dataDir, 'things.db')), /things\.db was removed/],
    ['the folder is removed', () => rmSync(dataDir, { recursive: true }), /things\.db was removed/],
    ['the folder is moved', () => renameSync(dataDir, join(dir, 'other')), /things\.db was removed/],
    ['its log is removed', () => rmSync(join(dataDir, 'things.db-wal')), /things\.db-wal was removed/],
    [
      'the folder is another one',
      () => {
        renameSync(dataDir, join(dir, 'other'))
        mkdirSync(dataDir)
        writeFileSync(join(dataDir, 'things.db'), '')
      },
      /things\.db was replaced/,
    ],
  ])('refuses what comes when %s', (_what, spoil, message) => {
    const guard = watched()
    add(2)
    spoil()
    later()
    expect(() => add(3)).toThrow(
      expect.objectContaining({ code: 'STORE_GONE', retry: true, message: expect.stringMatching(message) }),
    )
    expect(guard.problem()?.code).toBe('STORE_GONE')
  })

  it('goes on when it comes back', () => {
    const guard = watched()
    renameSync(dataDir, join(dir, 'other'))
    later()
    expect(() => add(2)).toThrow(expect.objectContaining({ code: 'STORE_GONE' }))
    renameSync(join(dir, 'other'), dataDir)
    later()
    add(2)
    expect(guard.problem()).toBeNull()
  })

  it.each([
    ['EROFS', /became read-only/],
    ['EIO', /cannot be reached \(EIO\)/],
    ['ESTALE', /cannot be reached \(ESTALE\)/],
  ])('refuses what comes when the file system says %s', (code, message) => {
    let fails = false
    const guard = watched({
      isWritable: () => {
        if (fails) throw Object.assign(new Error(code), { code })
      },
    })
    fails = true
    expect(guard.problem()?.message).toMatch(message)
    fails = false
    later()
    expect(guard.problem()).toBeNull()
  })

  it('looks once a second at most', () => {
    let looks = 0
    const guard = watched({
      identify: (file) => {
        looks += 1
        return statSync(file, { throwIfNoEntry: false }) ?? null
      },
    })
    const before = looks
    for (let n = 0; n < 100; n += 1) guard.problem()
    expect(looks).toBe(before + 2)
  })

  it('is put back whole at the end, with what was taken after it went', () => {
    const guard = watched()
    rmSync(dataDir, { recursive: true })
    later()
    expect(() => add(2)).toThrow()
    guard.letGo()
    add(2)
    const settle = guard.rescue()
    database.close()
    expect(settle()).toEqual([join(dataDir, 'things.db')])
    expect(idsIn(join(dataDir, 'things.db'))).toEqual([1, 2])
    expect(statSync(join(dataDir, 'things.db')).mode & 0o777).toBe(0o600)
  })

  it('is put beside another file that has its place now', () => {
    const guard = watched()
    rmSync(dataDir, { recursive: true })
    mkdirSync(dataDir)
    const other = new DatabaseSync(join(dataDir, 'things.db'))
    other.exec('CREATE TABLE thing (id); INSERT INTO thing VALUES (9)')
    other.close()
    guard.letGo()
    const settle = guard.rescue()
    database.close()
    const [file] = settle()
    expect(file).toMatch(/things\.db\.rescued-/)
    expect([idsIn(file!), idsIn(join(dataDir, 'things.db'))]).toEqual([[1], [9]])
  })

  it('is left alone when the folder is on another file system now, or nothing is wrong', () => {
    expect(watched().rescue()()).toEqual([])
    let dev: number | null = null
    const guard = watched({
      identify: (file) => {
        const found = statSync(file, { throwIfNoEntry: false })
        return found ? { dev: dev ?? found.dev, ino: found.ino } : null
      },
    })
    dev = 12345
    expect(guard.problem()?.message).toMatch(/another file system/)
    rmSync(join(dataDir, 'things.db'))
    expect(guard.rescue()()).toEqual([])
  })
})
