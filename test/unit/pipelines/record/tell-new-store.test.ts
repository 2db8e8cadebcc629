import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { findLostStores, tellLostStores } from '../../../../pipelines/record/tell-new-store.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'
import { tempDir } from '../../../support/temp-dir.ts'

let dataDir: string
beforeEach(() => {
  dataDir = tempDir('new')
})

const clip = 'clips/gate/2026-03-14/a.mp4'
const lineage = 'registry/actions/1.0.0/lineage.json'
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(dataDir, path)), { recursive: true })
  writeFileSync(join(dataDir, path), text)
}

it.each([
  ['nothing at all', {}, []],
  [
    'all that there should be',
    { [clip]: 'x', 'vireo.db': 'x', 'review.db': 'x', [lineage]: '{}', 'registry/registry.db': 'x' },
    [],
  ],
  ['clips without databases', { [clip]: 'x' }, ['vireo.db', 'review.db']],
  [
    'segments and an empty database',
    { 'segments/gate/a.mp4': 'x', 'vireo.db': '', 'review.db': 'x' },
    ['vireo.db'],
  ],
  ['reviews without the events', { 'review.db': 'x' }, ['vireo.db']],
  ['events of a start that failed', { 'vireo.db': 'x' }, []],
  ['events and clips without the reviews', { 'vireo.db': 'x', [clip]: 'x' }, ['review.db']],
  ['versions of models without their registry', { [lineage]: '{}' }, ['registry/registry.db']],
  ['a model that was taught before the first run', { 'registry/registry.db': 'x' }, []],
])('knows what is lost beside %s', async (_what, files, lost) => {
  for (const [path, text] of Object.entries(files)) write(path, text)
  const found = await findLostStores(dataDir)
  expect(found.map(({ file }) => file)).toEqual(lost.map((path) => join(dataDir, path)))
  const told: string[] = []
  tellLostStores(found, {
    ...noTelemetry,
    log: { ...noTelemetry.log, error: (_fields, text) => void told.push(text) },
  })
  expect(told).toHaveLength(lost.length)
  for (const text of told) expect(text).toMatch(/is missing or empty, but there is .*put it back/)
})

it('says nothing of a data directory that is not there', async () => {
  expect(await findLostStores(join(dataDir, 'none'))).toEqual([])
})
