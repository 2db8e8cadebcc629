import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { PageRequest } from '../../../src/core/page.ts'
import { everyItem } from '../../../src/store/every-item.ts'
import { openDatabase } from '../../../src/store/open-database.ts'
import { decodeCursor, encodeCursor } from '../../../src/store/page-cursor.ts'
import { createPagedQuery, where } from '../../../src/store/paged-query.ts'
import type { StoreDatabase } from '../../../src/store/store-database.ts'
import { tempDir } from '../../support/temp-dir.ts'

const open: StoreDatabase[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

function thingsIn() {
  const subject = { name: 'things', file: join(tempDir('pages'), 'x.db'), invalid: 'STORE_WRITE' } as const
  const migrations = ['CREATE TABLE thing (id TEXT PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL)']
  const database = openDatabase({ subject, migrations })
  open.push(database)
  // Nothing here has to outlast a power cut.
  database.exec('PRAGMA synchronous = OFF')
  const insert = database.prepare('INSERT INTO thing VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const page = createPagedQuery(
    database,
    {
      name: 'things',
      from: 'thing',
      rank: 'at',
      id: 'id',
      rows: 'SELECT thing.*, page.* FROM page JOIN thing ON thing.id = page_id',
    },
    (row) => (row.id === 'unreadable' ? null : String(row.id)),
  )
  return {
    add: (id: string, at: number, kind = 0) => insert.run(id, at, kind),
    list: (request: PageRequest, kind?: number) => page([where('kind = ?', kind)], request),
  }
}

describe('pages of a list', () => {
  // Few ranks, so that many things have the same one.
  const thing = fc.tuple(fc.stringMatching(/^[a-z0-9 .\-_]{1,6}$/), fc.integer({ min: 0, max: 5 }))

  it('show each item once and in order, whatever is added between them', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(thing, { maxLength: 25, selector: ([id]) => id }),
        fc.array(thing, { maxLength: 25 }),
        fc.integer({ min: 1, max: 7 }),
        (before, added, limit) => {
          const { add, list } = thingsIn()
          for (const [id, at] of before) add(id, at)
          const waiting = added.filter(([id]) => !before.some(([known]) => known === id))
          const seen: string[] = []
          let after: string | undefined
          for (;;) {
            const { items, next } = list({ limit, ...(after !== undefined && { after }) })
            seen.push(...items)
            for (const [id, at] of waiting.splice(0, 2)) add(id, at)
            if (next === null) break
            expect(items).toHaveLength(limit)
            after = next
          }
          for (const each of open.splice(0)) each.close()
          expect(new Set(seen).size).toBe(seen.length)
          const old = new Set(before.map(([id]) => id))
          const sorted = [...before].sort(([a, x], [b, y]) => y - x || (a < b ? 1 : -1)).map(([id]) => id)
          expect(seen.filter((id) => old.has(id))).toEqual(sorted)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are of what is asked for, and pass over what cannot be read', () => {
    const { add, list } = thingsIn()
    for (const [at, id] of ['a', 'unreadable', 'c', 'd'].entries()) add(id, at, at % 2)
    expect(list({ limit: 9 }, 0)).toEqual({ items: ['c', 'a'], next: null })
    const first = list({ limit: 3 })
    expect(first.items).toEqual(['d', 'c'])
    expect(list({ limit: 3, after: first.next! })).toEqual({ items: ['a'], next: null })
  })

  it('have no end that is empty', () => {
    const { add, list } = thingsIn()
    for (const id of ['a', 'b', 'c', 'd']) add(id, 1)
    const first = list({ limit: 2 })
    expect(list({ limit: 2, after: first.next! })).toEqual({ items: ['b', 'a'], next: null })
    expect(list({ limit: 4 }).next).toBeNull()
  })

  it('are read one after the other', () => {
    const { add, list } = thingsIn()
    for (let at = 0; at < 1203; at += 1) add(String(at), at)
    const all = [...everyItem((request) => list(request))]
    expect(all.map(Number)).toEqual([...Array(1203).keys()].reverse())
  })
})

describe('a cursor', () => {
  const position = fc.record({ rank: fc.maxSafeInteger(), id: fc.string({ maxLength: 40 }) })

  it('leads back to where it was given', () => {
    fc.assert(
      fc.property(position, (given) => {
        const { rank, id } = decodeCursor('alerts', encodeCursor('alerts', given))
        expect(rank === given.rank).toBe(true)
        expect(id).toBe(Buffer.from(given.id).toString())
      }),
    )
  })

  it('fits into a request with the longest id', () => {
    expect(encodeCursor('alerts', { rank: 9e12, id: 'a'.repeat(128) }).length).toBeLessThanOrEqual(200)
  })

  it('is refused when any letter of it is another one, and by another list', () => {
    fc.assert(
      fc.property(position, fc.nat(), fc.constantFrom(...'abcXYZ019-_=+/ '), (given, at, letter) => {
        const cursor = encodeCursor('alerts', given)
        const place = at % cursor.length
        fc.pre(cursor[place] !== letter)
        const damaged = cursor.slice(0, place) + letter + cursor.slice(place + 1)
        for (const refused of [damaged, cursor.slice(0, -1), `${cursor}A`, ''])
          expect(() => decodeCursor('alerts', refused)).toThrow(
            expect.objectContaining({ code: 'API_BAD_REQUEST' }),
          )
        expect(() => decodeCursor('clips', cursor)).toThrow(/cursor: give the one/)
      }),
    )
  })
})
