import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openEventStore } from '../../../../src/event/event-store.ts'
import { openReviewStore } from '../../../../src/review/review-store.ts'
import { openDatabase } from '../../../../src/store/open-database.ts'
import type { StoreDatabase } from '../../../../src/store/store-database.ts'
import { openAlertReader } from '../../../../src/store/tables/alert-reader.ts'
import { openClipReader } from '../../../../src/store/tables/clip-reader.ts'
import { databaseFile, eventMigrations } from '../../../../src/store/tables/event-database.ts'
import { reviewFile, reviewMigrations } from '../../../../src/store/tables/review/review-database.ts'
import { sampleStep } from '../../../support/sample-step.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const clock = { nowMs: () => 1e12, monoMs: () => 5, after: () => () => {} }
const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0).reverse()) one.close()
})
const opened = <T extends { close(): void }>(one: T): T => {
  open.push(one)
  return one
}

function older(file: string, migrations: readonly string[], fill: (database: StoreDatabase) => void): void {
  const database = openDatabase({ subject: { name: 'old', file, invalid: 'STORE_WRITE' }, migrations })
  fill(database)
  database.close()
}

describe('a database of before lists were chosen from one index', () => {
  it('of events: each alert and clip has what filters ask for', () => {
    const dataDir = tempDir('older')
    older(join(dataDir, databaseFile), eventMigrations.slice(0, 5), (database) => {
      const alert = database.prepare(
        "INSERT INTO alert VALUES (?, 'gate', 'falling', 'fall', 'end', 1, 1, 1, 1, ?)",
      )
      const clip = database.prepare(
        "INSERT INTO clip VALUES (?, 'gate', 'p', 's', 1, 1, 0, 9, 0, 1, NULL, ?, NULL, NULL)",
      )
      alert.run('a', JSON.stringify(sampleStep({ alertId: 'a', severity: 'info', zone: 'pool' })))
      alert.run('b', JSON.stringify(sampleStep({ alertId: 'b', severity: 'critical', zone: null })))
      alert.run('broken', '{')
      clip.run('a', 5)
      clip.run('s', null)
      database.exec("INSERT INTO sample VALUES ('s', 'gate', 'random', 'waving', 0.5, 1, '{}')")
    })
    const alerts = opened(openAlertReader(dataDir))
    const ids = (filter: Parameters<typeof alerts.list>[0]) =>
      alerts.list(filter, { limit: 9 }).items.map(({ step }) => step.alertId)
    expect([ids({ severity: 'info' }), ids({ zone: 'pool' }), ids({ severity: 'critical' })]).toEqual([
      ['a'],
      ['a'],
      ['b'],
    ])
    expect([ids({ reviewed: true }), ids({ reviewed: false })]).toEqual([['a'], ['b']])
    const clips = opened(openClipReader(dataDir))
    const clipsOf = (filter: Parameters<typeof clips.list>[0]) =>
      clips.list(filter, { limit: 9 }).items.map(({ alertId }) => alertId)
    expect([clipsOf({ label: 'falling' }), clipsOf({ label: 'waving', of: 'all' })]).toEqual([['a'], ['s']])
    expect([clipsOf({}), clipsOf({ of: 'samples' })]).toEqual([['a'], ['s']])
    opened(openEventStore({ dataDir, source: '/vireo/test', clock }))
  })

  it('of reviews: each clip has the verdict that holds', () => {
    const dataDir = tempDir('older')
    older(join(dataDir, reviewFile), reviewMigrations.slice(0, 3), (database) => {
      const item = database.prepare(
        `INSERT INTO item (id, reason, camera, path, sha256, started_ms, duration_ms, added_ms)
         VALUES (?, 'random', 'gate', 'p', 's', 1, 9, 1)`,
      )
      for (const id of ['judged', 'new', 'skipped', 'undone']) item.run(id)
      const fact = database.prepare(
        "INSERT INTO fact (item, verdict, labels, undoes, who, at_ms) VALUES (?, ?, '[]', ?, 'ann', 1)",
      )
      fact.run('judged', 'unsure', null)
      fact.run('skipped', 'skip', null)
      fact.run('undone', 'reject', null)
      fact.run('undone', 'undo', 3)
    })
    const reviews = opened(openReviewStore({ dataDir, clock }))
    const ids = (state: 'waiting' | 'done') => reviews.list({ state }, { limit: 9 }).items.map(({ id }) => id)
    expect([ids('done'), ids('waiting')]).toEqual([['judged'], ['undone', 'skipped', 'new']])
    expect(reviews.counts().judged.map(({ verdict, clips }) => [verdict, clips])).toEqual([
      ['skip', 1],
      ['unsure', 1],
    ])
    reviews.judge('new', { verdict: 'reject', who: 'bob' })
    reviews.undo('judged', 'bob')
    expect(reviews.counts().judged.map(({ who, clips }) => [who, clips])).toEqual([
      ['bob', 1],
      ['ann', 1],
    ])
    expect([ids('done'), ids('waiting')]).toEqual([['new'], ['undone', 'skipped', 'judged']])
  })
})
